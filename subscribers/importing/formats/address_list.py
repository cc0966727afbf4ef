"""Bare lists of addresses, one or several a line, as pasted from a mail client."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from subscribers.importing.columns import address_column
from subscribers.importing.formats.delimited import opened_lines
from subscribers.importing.formats.encodings import Encoding
from subscribers.importing.formats.listed_line import (
    COMMENTED_OUT,
    SIGNED,
    TAKEN_OUT,
    ListedLine,
    are_lines,
    line_of,
)
from subscribers.importing.formats.section_headings import LEFT, heading_state
from subscribers.importing.formats.table import SourceTable
from subscribers.importing.formats.written_list import is_written_list
from subscribers.importing.values.cells import addresses_in
from subscribers.importing.values.filenames import may_state_status
from subscribers.importing.values.headings import BESIDE, SECTION
from subscribers.importing.values.remarks import REMARK_SEPARATOR
from subscribers.importing.values.states import ListState

HEADER = ["email", "name", BESIDE]
# Signs that start comments.
_COMMENT = ("#", "//")
# A sign of more people than this share tells nobody from the others.
_MAX_SIGNED_SHARE = 0.5


def is_list(head: Sequence[str]) -> bool:
    """Whether the first lines are a bare list of addresses, without a header."""
    lines = [line for line in head if line.strip() and not line.lstrip().startswith(_COMMENT)]
    return bool(lines) and "@" in lines[0] and not is_written_list(lines) and are_lines(lines)


def address_list(path: Path, encoding: Encoding) -> SourceTable:
    """A bare list of addresses as a table, with what is written beside them if anything is."""
    telling = _telling_signs(path, encoding)
    width = 3 if any(beside for *_, beside in _rows(path, encoding, telling)) else 2
    return SourceTable(
        header=HEADER[:width],
        rows=lambda: (row[:width] for row in _rows(path, encoding, telling)),
        first_row=1,
        address=0,
        notes=(
            "A bare list of addresses: nobody's line is taken for a header.",
            *_sign_notes(path, encoding, telling),
        ),
    )


def is_section_list(head: Sequence[str]) -> bool:
    """Whether the first lines are headings with addresses below each."""
    lines = [line.strip() for line in head if line.strip()]
    people = [line for line in lines if "@" in line]
    places = [place for place, line in enumerate(lines) if "@" not in line]
    headings = [lines[place] for place in places if "@" in "".join(lines[place + 1 : place + 2])]
    is_headed = len(headings) > 1 and places[0] == 0 and len(headings) == len(places)
    telling = [line for line in headings if address_column([line]) is None]
    return is_headed and are_lines(people) and any(map(heading_state, telling))


def section_list(path: Path, encoding: Encoding) -> SourceTable:
    """The addresses below each heading, which tells how they stand, as a table."""
    telling = _telling_signs(path, encoding)

    def rows() -> Iterator[Sequence[str]]:
        section = ""
        for line in opened_lines(path, encoding):
            bare = line.strip()
            if bare and "@" not in bare:
                if address_column([bare]) is None:
                    section = heading_state(bare) or bare.strip("#*=-: ")
                else:
                    # The name of the column: it says nothing of anybody.
                    section = section or ListState.SUBSCRIBED.value
                yield []
            for address, name, beside in _people(bare, telling) if "@" in bare else ():
                yield [address, name, section, beside]

    return SourceTable(
        header=["email", "name", SECTION, BESIDE],
        rows=rows,
        first_row=1,
        address=0,
        notes=("A list in sections: the heading above somebody tells how they stand.",),
    )


def _rows(path: Path, encoding: Encoding, telling: Collection[str]) -> Iterator[Sequence[str]]:
    section = ""
    for line in opened_lines(path, encoding):
        bare = line.strip()
        if not bare:
            continue
        if "@" in bare:
            for address, name, beside in _people(bare, telling):
                yield [address, name, REMARK_SEPARATOR.join(filter(None, (section, beside)))]
        else:
            section = LEFT if heading_state(bare) == LEFT else ""
            if not bare.startswith(_COMMENT) or may_state_status(bare):
                yield [bare, "", ""]


def _people(text: str, telling: Collection[str]) -> list[tuple[str, str, str]]:
    """Address, name and remark of everybody in a line with an address."""
    line = line_of(text)
    if line is None:
        # More addresses than one with words between them, which may be about any.
        return [(address, "", text) for address in addresses_in(text)]
    if line.sign == COMMENTED_OUT and not _names_only(line):
        # A comment that names somebody: "# kept by ann@example.org".
        return []
    # Where most lines start with a semicolon it parts them.
    is_separator = text.lstrip().startswith(";") and line.sign not in telling
    sign = "" if is_separator or not line.sign else line.sign if line.sign in telling else SIGNED
    beside = REMARK_SEPARATOR.join(filter(None, (sign, line.remark)))
    return [(address, name, beside) for address, name in line.people]


def _names_only(line: ListedLine) -> bool:
    return line.is_apart or may_state_status(line.remark)


def _signs(path: Path, encoding: Encoding) -> Counter[str]:
    lines = (line_of(line) for line in opened_lines(path, encoding) if "@" in line)
    return Counter(line.sign for line in lines if line is not None and _names_only(line))


def _telling_signs(path: Path, encoding: Encoding) -> frozenset[str]:
    """The signs that take somebody out, since most of the others have none."""
    signs = _signs(path, encoding)
    most = signs.total() * _MAX_SIGNED_SHARE
    return frozenset(sign for sign in (COMMENTED_OUT, TAKEN_OUT) if 0 < signs[sign] <= most)


def _sign_notes(path: Path, encoding: Encoding, telling: Collection[str]) -> list[str]:
    signs = _signs(path, encoding) if telling else Counter[str]()
    return [
        f"{signs[sign]} lines are {sign}: who stands there is read as having left."
        for sign in sorted(telling)
    ]
