"""Tables with columns parted by runs of spaces, as programs print them and people copy them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from subscribers.importing.columns import address_column
from subscribers.importing.formats.delimited import head_of, opened_lines
from subscribers.importing.formats.encodings import Encoding
from subscribers.importing.formats.table import SourceTable, named
from subscribers.importing.values.cells import DamagedRow, addresses_in

# Columns are parted by as many spaces at least; by fewer, a name's words are.
MIN_GAP = 2
# Of long words that reach into the next column.
MAX_DAMAGED_SHARE = 0.34
# What databases print below the header.
_RULE = re.compile(r"\s*[-=_─━]{2,}(?:\s+[-=_─━]{2,})*\s*")
_WORD = re.compile(r"\S+")
_OF_OTHERS = frozenset(",;\t|")


@dataclass(frozen=True, kw_only=True)
class _Columns:
    """Where the columns of a table stand in its lines."""

    header: Sequence[str]
    line: int
    """The number of the header's line from 0."""
    starts: Sequence[int]
    """Where each column starts, the first at 0."""

    def cells(self, line: str) -> list[str]:
        """The cells of a line; a `DamagedRow` where a word reaches into the next column."""
        bare = line.rstrip()
        if any(bare[start - 1 : start].strip() for start in self.starts[1:]):
            return DamagedRow(bare.split(), "its words do not stand below their headings")
        ends = [*self.starts[1:], None]
        return [bare[start:end].strip() for start, end in zip(self.starts, ends, strict=True)]


def is_fixed_width(head: Sequence[str]) -> bool:
    """Whether the first lines are such a table, below a header that names an address."""
    return _columns(head) is not None


def fixed_width(path: Path, encoding: Encoding) -> SourceTable:
    """Such a table."""
    head = head_of(path, encoding)
    columns = _columns(head)
    assert columns is not None  # noqa: S101 - `is_fixed_width` found them
    titles = tuple(filter(None, map(str.strip, head[: columns.line])))

    def rows() -> Iterator[Sequence[str]]:
        for line in islice(opened_lines(path, encoding), columns.line + 1, None):
            yield [] if not line.strip() or _RULE.fullmatch(line) else columns.cells(line)

    return SourceTable(
        header=named(columns.header),
        rows=rows,
        first_row=columns.line + 2,
        notes=(
            "A table with columns parted by spaces.",
            *(f"Passed over above the header: {title[:60]}" for title in titles),
        ),
        titles=titles,
    )


def _columns(head: Sequence[str]) -> _Columns | None:
    """The columns by the lines of the header, of people and of a rule between them."""
    lines = [line.rstrip() for line in head]
    people = [place for place, line in enumerate(lines) if addresses_in(line)]
    if not people:
        return None
    above = [place for place in range(people[0]) if lines[place]]
    rules = [place for place in above if _RULE.fullmatch(lines[place])]
    headers = [place for place in above if place not in rules]
    if not headers or not _OF_OTHERS.isdisjoint(lines[headers[-1]]):
        return None
    line = headers[-1]
    persons = [lines[place] for place in people]
    ruled = [match.start() for place in rules for match in _WORD.finditer(lines[place])]
    fitting = (
        found
        for starts in (ruled, _starts([lines[line], *persons]), _starts([lines[line]]))
        if (found := _fitting(line, lines[line], persons, [0, *starts[1:]])) is not None
    )
    return next(fitting, None)


def _fitting(
    line: int, header: str, persons: Sequence[str], starts: Sequence[int]
) -> _Columns | None:
    """The columns that start there, if nearly everybody's line has them."""
    cells = _Columns(header=(), line=line, starts=starts).cells(header)
    is_header = len(cells) > 1 and not isinstance(cells, DamagedRow) and all(cells)
    if not is_header or address_column(cells) is None:
        return None
    found = _Columns(header=cells, line=line, starts=starts)
    damaged = sum(isinstance(found.cells(person), DamagedRow) for person in persons)
    return found if damaged <= len(persons) * MAX_DAMAGED_SHARE else None


def _starts(lines: Sequence[str]) -> list[int]:
    """Where columns start: after gaps that all lines have in common."""
    width = max(map(len, lines))
    is_blank = [
        all(line[place : place + 1].strip() == "" for line in lines) for place in range(width)
    ]
    return [
        0,
        *(
            place
            for place in range(MIN_GAP, width)
            if not is_blank[place] and all(is_blank[place - MIN_GAP : place])
        ),
    ]
