"""What mammoth warns of in a document of Word, as notes counted by kind. Pure."""

import re
from collections import Counter
from collections.abc import Iterable

from newsletter.articles.ingestion.notes import counted

# Of mammoth's messages (its conversion.py and docx/body_xml.py), those that tell of a loss.
_NOTES = tuple(
    (re.compile(pattern), note)
    for pattern, note in (
        (r"Unrecognised \w+ style: (.*) \(Style ID: ", "style {!r} not kept, only its text"),
        (r"\w+ style with ID (.*) was referenced", "style {!r} not kept, only its text"),
        (r"An unrecognised element was ignored: (.*)", "element {!r} of the document left out"),
        (r"A w:sym element with an unsupported (character)", "{} of a symbol font left out"),
        (r"unexpected non-\w+ element in (table)", "joined cells of a {} set apart"),
        (
            r"(?i)could not find (external image|image file)|a v:(imagedata) element",
            "picture that is not in the document left out",
        ),
    )
)


def notes_on(warnings: Iterable[str]) -> tuple[str, ...]:
    """A note on each kind of loss."""
    notes: Counter[str] = Counter()
    for warning in warnings:
        for pattern, note in _NOTES:
            if found := pattern.match(warning):
                notes[note.format(found[1])] += 1
                break
    return counted(notes)
