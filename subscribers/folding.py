"""Folding of text for searches: upper and lower case, accents and final sigma make no difference.

What is part of a text is part of it folded, since every character is folded for itself: the case
folding of Unicode (chapter 3.13), after compatibility decomposition and without combining marks
(UAX #15).
"""

from unicodedata import combining, normalize

# Never part of what is searched for: no match runs from the address into the name.
SEPARATOR = "\n"


def fold(text: str) -> str:
    """The text in the form in which it is searched and searched for."""
    if text.isascii():
        return text.lower()
    decomposed = normalize("NFKD", normalize("NFKD", text).casefold())
    return "".join(letter for letter in decomposed if not combining(letter))


def search_text(address: str | None, name: str | None) -> str:
    """What a subscriber is found by; empty once they are erased."""
    return f"{fold(address)}{SEPARATOR}{fold(name or '')}" if address else ""
