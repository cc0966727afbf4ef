"""Names of people from the columns that hold them."""

from unicodedata import normalize

from subscribers.importing.values.vocabulary import is_nothing


def full_name(whole: str, first: str, last: str) -> str:
    """A name from the cells of the whole name, the given and the family name, empty or not."""
    name, first, last = (
        "" if text and not text[0].isalpha() and is_nothing(text) else text
        for text in (whole, first, last)
    )
    if name and (first or last) and not (first and last):
        # "Name" besides "Surname" is the given name, besides "Vorname" the family name.
        part = first or last
        is_whole = part.casefold() in name.casefold()
        name = name if is_whole else f"{first} {name}" if first else f"{name} {last}"
    elif not name:
        name = " ".join(filter(None, (first, last)))
    return name if name.isascii() else normalize("NFC", name)
