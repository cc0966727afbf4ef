"""Notes on what an import left out or assumed, counted in a record and over all records. Pure."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

_TIMES = re.compile(r" \(\d+ times\)$")
# What differs between notes of one kind: quoted values, addresses, dates and other numbers.
_DETAIL = re.compile(
    r"'[^']*'|\"[^\"]*\"|“[^”]*”|https?://\S+|\d+(?:[-:+.,]\d+)*(?: \d\d:\d\d(?::\d\d)?\S*)?"
)
MAX_OF_A_KIND = 5
MAX_NOTES = 100
OTHER_NOTES = "other note, told article by article"


def counted(notes: Mapping[str, int]) -> tuple[str, ...]:
    """Each note of one record once, with its number where it is more than one."""
    return tuple(
        what if number == 1 else f"{what} ({number} times)" for what, number in notes.items()
    )


@lru_cache(maxsize=1000)
def kind_of(note: str) -> str:
    """The note without what it says of one record: notes of one kind are the same but for that."""
    return _DETAIL.sub("…", note)


class NoteCounter(Counter[str]):
    """Notes over all records. The first of each kind stand as they are, others under their kind."""

    def note(self, text: str, number: int = 1) -> None:
        """Count a note; above a limit of different ones, under its kind, then one heading."""
        text = _TIMES.sub("", text)
        if text not in self:
            kind = kind_of(text)
            if sum(kind == kind_of(earlier) for earlier in self) >= MAX_OF_A_KIND:
                text = kind
            if text not in self and len(self) >= MAX_NOTES:
                text = OTHER_NOTES
        self[text] += number
