"""A file looked through before anybody is entered: what it holds, and what has to be asked.

Pure: the same values are shown by the command and by any other face of the import.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from newsletter.errors import InvalidInput
from subscribers.importing.cells import Damaged, addresses_in, without_nul
from subscribers.importing.columns import Assignment, Chosen, assign, program_of
from subscribers.importing.dates import Order
from subscribers.importing.filenames import may_tell, state_of_name
from subscribers.importing.forms.table import Table
from subscribers.importing.headings import OF_STATE
from subscribers.importing.program import Program
from subscribers.importing.questions import Column, UnknownWord, columns_of, unknown_words
from subscribers.importing.states import State
from subscribers.importing.survey import Survey, survey

# A file in which more rows than these cannot be told apart is not trusted to its end.
MOST_DAMAGED = 2
MOST_DAMAGED_SHARE = 0.05
MOST_STRAYS = 20


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What the administrator says of a file."""

    columns: Chosen = field(default_factory=dict)
    words: Mapping[str, State] = field(default_factory=dict)
    """What words of states mean, folded."""
    state: State | None = None
    """How everybody in it stood, at best."""
    order: Order | None = None
    """What stands first in its dates."""


@dataclass(kw_only=True)
class Fitness:
    """How the rows of a file fit its header."""

    people: int = 0
    """Rows with an address."""
    misfits: int = 0
    """Those of them whose cells cannot be told apart."""
    strays: int = 0
    """Rows without an address that do not fit the header, such as totals."""
    doubtful: set[str] = field(default_factory=set)
    """The addresses of the misfits, and of people in a sheet that may say that they left."""

    @property
    def is_trusted(self) -> bool:
        """Whether the structure of the file holds to its end."""
        share = self.people * MOST_DAMAGED_SHARE
        return self.misfits <= max(MOST_DAMAGED, share) and self.strays <= max(MOST_STRAYS, share)


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What a file holds, and what has to be asked of it."""

    assigned: Assignment
    columns: Sequence[Column]
    words: Sequence[UnknownWord]
    """Words of states that mean nothing known."""
    date: str
    """One that can be read in two orders; empty where the order is known."""
    name: str
    """Of the file or sheet, where it may say how everybody stands and nobody has said; or empty."""
    state: State
    """How everybody stands whose row says nothing worse."""
    order: Order
    fitness: Fitness
    rows: int
    notes: Sequence[str]
    """What was assumed or passed over."""

    @property
    def open_columns(self) -> list[Column]:
        """Columns that may tell state or consent, and of which nobody has said what they hold."""
        return [column for column in self.columns if column.question]

    @property
    def is_clear(self) -> bool:
        """Whether nothing has to be asked."""
        return not (self.open_columns or self.words or self.date or self.name)


def examine(
    table: Table, file: str, answers: Answers, programs: Sequence[Program] = ()
) -> Examination:
    """Look through a whole file.

    Args:
        file: its name.

    Raises:
        InvalidInput: it cannot be read, or what the administrator says does not fit it.
    """
    program = program_of(table.header, programs)
    assigned = _assigned(table, answers.columns, program)
    words = {**(program.states if program else {}), **answers.words}
    telling = {name: found for name, found in table.elsewhere.items() if may_tell(name)}
    fitness = Fitness(doubtful={each for found in telling.values() for each in found})
    width = len(table.header)
    rows = _fitting(table, assigned, fitness)
    found = survey(rows, width, assigned.places, words)
    state, name = _state(table, PurePath(file).name, answers, assigned)
    order, date = _order(found, answers.order)
    columns = columns_of(table.header, assigned, found)
    return Examination(
        assigned=assigned,
        columns=columns,
        words=unknown_words(columns, found, words),
        date=date,
        name=name,
        state=state,
        order=order,
        fitness=fitness,
        rows=found.rows,
        notes=(*_said_of(program), *table.notes, *map(_elsewhere, telling)),
    )


def _assigned(table: Table, chosen: Chosen, program: Program | None) -> Assignment:
    try:
        return assign(table.header, chosen, program)
    except InvalidInput:
        # No name is known for the column of the addresses, but what stands in it is clear.
        if table.address is None or "address" in chosen:
            raise
        said = {**chosen, "address": [table.header[table.address]]}
        found = assign(table.header, said, program)
        return replace(found, chosen=found.chosen - {table.address})


def _fitting(table: Table, assigned: Assignment, fitness: Fitness) -> Iterator[Sequence[str]]:
    """The rows whose cells can be told apart; of the others it is noted whom they speak of."""
    width = len(table.header)
    needed = max(
        place for role in ("address", *OF_STATE) for place in assigned.places.get(role, ())
    )
    address = assigned.places["address"][0]
    for cells in table.rows():
        if not any(cells):
            continue
        row = without_nul(cells) if "\0" in "".join(cells) else cells
        if _fits(row, width, needed, address):
            fitness.people += 1
            yield row
        elif found := addresses_in(" ".join(row)):
            fitness.people += 1
            fitness.misfits += 1
            fitness.doubtful.update(map(str.casefold, found))
        else:
            fitness.strays += 1


def _fits(row: Sequence[str], width: int, needed: int, address: int) -> bool:
    """Whether the cells of a row can be told apart; empty ones may be missing at its end."""
    if isinstance(row, Damaged):
        return False
    is_cut = needed < len(row) < width and "@" in row[address]
    return len(row) == width or is_cut or (len(row) > width and not any(row[width:]))


def _state(table: Table, file: str, answers: Answers, assigned: Assignment) -> tuple[State, str]:
    if answers.state is not None:
        return answers.state, ""
    known = state_of_name(file, assigned.program)
    if known is not None:
        return known, ""
    is_said = any(assigned.places[role] for role in ("status", "left", "reason"))
    names = [name for name in (file, table.sheet) if may_tell(name)]
    return State.SUBSCRIBED, names[0] if names and not is_said else ""


def _order(found: Survey, said: Order | None) -> tuple[Order, str]:
    if said is not None:
        return said, ""
    orders = found.orders or found.orders_elsewhere
    if len(orders) == 1:
        return next(iter(orders)), ""
    return Order.DAY, found.ambiguous


def _said_of(program: Program | None) -> list[str]:
    if program is None:
        return []
    return [f"It looks like an export of {program.name}.", *filter(None, [program.advice])]


def _elsewhere(sheet: str) -> str:
    return (
        f"Whoever stands in the sheet “{sheet}” too is pending at best: import that one as well, "
        "with --state left if they left."
    )
