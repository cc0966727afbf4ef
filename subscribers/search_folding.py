"""Case and accent folding for searches; final sigma folds too.

Each character is folded by itself, so a substring of a text is a substring of the folded text.
Unicode case folding (chapter 3.13) after compatibility decomposition, without combining marks (UAX
#15).
"""

from unicodedata import combining, normalize

# Not valid in a search term, so no match spans address and name.
SEPARATOR = "\n"


def fold(text: str) -> str:
    """The text in its search form."""
    if text.isascii():
        return text.lower()
    decomposed = normalize("NFKD", normalize("NFKD", text).casefold())
    return "".join(letter for letter in decomposed if not combining(letter))


def search_text(address: str | None, name: str | None) -> str:
    """The search text of a subscriber; empty once they are erased."""
    return f"{fold(address)}{SEPARATOR}{fold(name or '')}" if address else ""
