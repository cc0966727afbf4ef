"""How well the rows of a file fit its header, and which of their people are in doubt."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from subscribers.addresses import in_plain_letters
from subscribers.importing.columns import ColumnAssignment, address_column
from subscribers.importing.formats.section_headings import LEFT, heading_state
from subscribers.importing.formats.table import SourceTable
from subscribers.importing.profiling import JUDGES
from subscribers.importing.values.cells import INVISIBLE, DamagedRow, addresses_in, without_nul
from subscribers.importing.values.filenames import may_state_status
from subscribers.importing.values.headings import OF_STATE
from subscribers.importing.values.states import HAS_LEFT, ListState
from subscribers.importing.values.stems import LEAVING_STEMS, has_stem
from subscribers.importing.values.vocabulary import states_leaving
from subscribers.importing.values.word_folding import folded

# With more ambiguous rows than this, the structure of the whole file is in doubt.
MAX_DAMAGED = 2
MAX_DAMAGED_SHARE = 0.05
MAX_STRAYS = 20
# "#4" numbers a row.
_COMMENT = re.compile(r"\s*(?:#|//)\s*(?!\d)\S")


@dataclass(kw_only=True)
class RowFit:
    """How well the rows fit the header."""

    people: int = 0
    """Rows with an address."""
    misfits: int = 0
    """Those with ambiguous cells."""
    strays: int = 0
    """Rows without an address that do not fit, such as totals."""
    doubtful: set[str] = field(default_factory=set)
    """The addresses of the misfits, and of people in a sheet that may say that they left."""
    respelt: dict[str, str] = field(default_factory=dict)
    """Plain addresses by how they are written, in letters of another width or shape."""
    beside: set[str] = field(default_factory=set)
    """The addresses in further columns whose names speak of leaving."""
    commented: set[str] = field(default_factory=set)
    """The addresses in rows that start with a sign of comments."""
    below: set[str] = field(default_factory=set)
    """The addresses below a break."""
    left: set[str] = field(default_factory=set)
    """The addresses below a break that says that they left."""
    section_break: str = ""
    """A line between the rows that may say how those below it stand, or names other columns."""
    left_break: str = ""
    """The first such line that says that they left."""

    @property
    def commented_out(self) -> set[str]:
        """Who may be taken out by such a sign; where most rows have it, it tells nobody apart."""
        return self.commented if len(self.commented) * 2 < self.people else set()

    @property
    def is_trusted(self) -> bool:
        """Whether the file's structure is reliable."""
        share = self.people * MAX_DAMAGED_SHARE
        return self.misfits <= max(MAX_DAMAGED, share) and self.strays <= max(MAX_STRAYS, share)


def fitting(
    table: SourceTable, assigned: ColumnAssignment, fitness: RowFit, words: Mapping[str, ListState]
) -> Iterator[Sequence[str]]:
    """The unambiguous rows; addresses in the others are recorded.

    Args:
        words: meanings of words of states, folded.
    """
    width = len(table.header)
    of_state = {place for role in OF_STATE for place in assigned.places.get(role, ())}
    address = assigned.places["address"][0]
    needed = max(address, *of_state) if of_state else address
    of_others = _of_those_who_left(table.header, address)
    # No program writes headings between its rows.
    knows_program = assigned.program is not None
    above: list[str] = []
    is_of_leavers = False
    for cells in table.rows():
        if not any(cells):
            continue
        row = without_nul(cells) if "\0" in "".join(cells) else cells
        _note_others(row, address, of_others, fitness)
        if addresses := addresses_in("".join(row[address : address + 1])):
            above = addresses
        elif above and _tells_of_leaving(row, assigned, words):
            fitness.doubtful.update(map(str.casefold, above))
        if _COMMENT.match(row[0]):
            fitness.commented.update(map(str.casefold, addresses_in(" ".join(row))))
        if "@" not in "".join(row[address : address + 1]) and _is_break(
            row, of_state, width, knows_program=knows_program
        ):
            is_of_leavers = _note_break(row, fitness, knows_program=knows_program)
        elif fitness.section_break or fitness.left_break:
            below = fitness.left if is_of_leavers else fitness.below
            below.update(map(str.casefold, addresses_in(" ".join(row))))
        if _fits(row, width, needed, address):
            fitness.people += 1
            yield row
        elif addresses := addresses_in(" ".join(row)):
            fitness.people += 1
            fitness.misfits += 1
            fitness.doubtful.update(map(str.casefold, addresses))
        else:
            fitness.strays += 1


def _tells_of_leaving(
    row: Sequence[str], assigned: ColumnAssignment, words: Mapping[str, ListState]
) -> bool:
    """Whether a row without an address says that somebody left.

    It may go on with the person above: Odoo writes a row for each of their lists, and people merge
    cells.
    """
    return any(
        judge(row[place].strip(), words) in HAS_LEFT
        for role, judge in JUDGES.items()
        for place in assigned.places.get(role, ())
        if place < len(row) and row[place].strip()
    )


def _note_others(
    row: Sequence[str], address: int, of_others: Sequence[int], fitness: RowFit
) -> None:
    """Note how an address is written, and addresses in columns of those who left."""
    for place in of_others:
        if place < len(row) and "@" in row[place]:
            fitness.beside.update(map(str.casefold, addresses_in(row[place])))
    if address < len(row) and not row[address].isascii():
        written = row[address].strip(INVISIBLE).strip()
        if (plain := in_plain_letters(written)) != written and "@" in plain:
            fitness.respelt[written] = plain


def _of_those_who_left(header: Sequence[str], address: int) -> list[int]:
    """Columns, besides that of the address, in which others may stand who left."""
    return [
        place
        for place, name in enumerate(header)
        if place != address and (may_state_status(name) or has_stem(folded(name), LEAVING_STEMS))
    ]


def _is_break(
    row: Sequence[str], of_state: Collection[int], width: int, *, knows_program: bool
) -> bool:
    """Whether a row without an address speaks of the rows below it.

    A line of words, such as "Unsubscribed:" or "Only by post", or the header of another table.
    """
    if any("@" in cell for cell in row):
        return False
    filled = [place for place, cell in enumerate(row) if cell.strip()]
    if len(filled) == 1 and filled[0] not in of_state:
        text = row[filled[0]]
        is_apart = width > 1 or text.rstrip().endswith(":")
        is_heading = not knows_program and is_apart and any(map(str.isalpha, text))
        return is_heading or may_state_status(text) or states_leaving(text)
    return len(filled) > 1 and address_column(row) is not None


def _note_break(row: Sequence[str], fitness: RowFit, *, knows_program: bool) -> bool:
    """Note a break; whether it says plainly that those below have left."""
    text = " ".join(filter(None, map(str.strip, row)))
    if not knows_program and heading_state(text) == LEFT:
        fitness.left_break = fitness.left_break or text
        return True
    fitness.section_break = fitness.section_break or text
    return False


def _fits(row: Sequence[str], width: int, needed: int, address: int) -> bool:
    """Whether cells and header match; trailing empty cells may be missing."""
    if isinstance(row, DamagedRow):
        return False
    is_cut = needed < len(row) < width and "@" in row[address]
    return len(row) == width or is_cut or (len(row) > width and not any(row[width:]))


def fit_notes(fitness: RowFit) -> list[str]:
    """What the rows leave in doubt, for the report."""
    return [
        *_beside_notes(fitness),
        *_comment_notes(fitness),
        *_break_notes(fitness),
        *_respelling_notes(fitness),
    ]


def _comment_notes(fitness: RowFit) -> list[str]:
    count = len(fitness.commented_out)
    told = f"{count} rows start with # or //: who stands there is pending at best."
    return [f"{told} Delete the sign where it takes nobody out."] if count else []


def _beside_notes(fitness: RowFit) -> list[str]:
    if not fitness.beside:
        return []
    return [
        (
            f"{len(fitness.beside)} addresses stand in a column that may be of those who left: "
            "whoever has one of them is pending at best. Import these as a list of their own, with "
            "--state left."
        )
    ]


def _break_notes(fitness: RowFit) -> list[str]:
    told = f"Whoever stands below the line “{fitness.left_break[:60]}” is read as having left"
    left = [f"{told}: {len(fitness.left)} addresses."] if fitness.left else []
    return [*left, *_doubtful_break_notes(fitness)]


def _doubtful_break_notes(fitness: RowFit) -> list[str]:
    if not fitness.below:
        return []
    line = fitness.section_break[:60]
    advice = (
        "If it says nothing of them, delete it; else divide the file there, and import what is "
        "below with --state left if they left."
    )
    return [f"Whoever stands below the line “{line}” is pending at best. {advice}"]


def _respelling_notes(fitness: RowFit) -> list[str]:
    if not fitness.respelt:
        return []
    written, plain = next(iter(fitness.respelt.items()))
    return [
        (
            f"{len(fitness.respelt)} addresses are written in letters of another width or shape, "
            f"and read as plain ones: {written[:60]} as {plain[:60]}."
        )
    ]
