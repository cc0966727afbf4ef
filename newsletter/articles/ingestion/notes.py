"""Notes on what an import left out or assumed, counted in a record and over all records. Pure."""

import re
from collections.abc import Mapping

_TIMES = re.compile(r" \(\d+ times\)$")


def counted(notes: Mapping[str, int]) -> tuple[str, ...]:
    """Each note of one record once, with its number where it is more than one."""
    return tuple(
        what if number == 1 else f"{what} ({number} times)" for what, number in notes.items()
    )


def without_number(note: str) -> str:
    """The note under which records with different numbers are counted together."""
    return _TIMES.sub("", note)
