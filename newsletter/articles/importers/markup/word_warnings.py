"""What mammoth warns of in a document of Word, as notes counted by kind. Pure."""

import re
from collections import Counter
from collections.abc import Iterable

from newsletter.articles.ingestion.notes import counted

# Of mammoth's messages (its conversion.py and docx/body_xml.py), those that tell of a loss.
_NOTES = tuple(
    (re.compile(pattern), note)
    for pattern, note in (
        (r"Unrecognised \w+ style: |\w+ style with ID ", "style of Word not kept, only its text"),
        # Properties, and parts of drawings that hold no text.
        (r"An unrecognised element was ignored: (?:\w+:\w+Pr(?:Ex)?$|v:)", ""),
        (r"An unrecognised element was ignored: (.*)", "element {!r} of the document left out"),
        (r"A w:sym element with an unsupported character", "character of a symbol font left out"),
        (r"unexpected non-\w+ element in table", "joined cells of a table set apart"),
        (
            r"(?i)could not find (?:external image|image file)|a v:imagedata element",
            "picture that is not in the document left out",
        ),
    )
)


def notes_on(warnings: Iterable[str]) -> tuple[str, ...]:
    """A note on each kind of loss."""
    return counted(Counter(note for note in map(_note_on, warnings) if note))


def _note_on(warning: str) -> str:
    for pattern, note in _NOTES:
        if match := pattern.match(warning):
            return note.format(*match.groups())
    return ""
