"""Sign-up logs, with several dated rows a person, of which the latest counts.

A log is read as people read it: the latest event decides how somebody stands, whatever was before.
Where its dates do not tell which is the latest, the worst counts, and nobody is confirmed.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice

from subscribers.importing.columns import ColumnChoices, address_column, program_of
from subscribers.importing.formats.table import SourceTable
from subscribers.importing.program import Program
from subscribers.importing.values.cells import INVISIBLE
from subscribers.importing.values.dates import DayMonthOrder, moment_of, order_of
from subscribers.importing.values.events import STATE_AFTER, ListEvent, event_of
from subscribers.importing.values.headings import LAST_EVENT, ROLES
from subscribers.importing.values.states import HAS_LEFT, ListState, worse
from subscribers.importing.values.vocabulary import WORDS
from subscribers.importing.values.word_folding import folded

# Rows in which a log is recognised: people confirm within the hour.
LOOKED_AT = 2000
# Beside a status these may be the days of joining.
_VAGUE_MOMENTS = frozenset({"date", "datum", "data", "fecha", "dyddiad", "at"})
_MOST = 0.5


@dataclass(frozen=True, kw_only=True)
class LogColumns:
    """The columns of a log."""

    address: int
    event: int
    moment: int
    is_of_events: bool
    """Whether their names say that the moments are those of the events."""


@dataclass(kw_only=True)
class _Standing:
    """What the rows so far say of one person."""

    moment: datetime | None = None
    """Of the latest event."""
    events: list[ListEvent] = field(default_factory=list)
    """All of that moment, as the file has them."""
    row: int = 0
    """That of the latest event."""
    undated: ListState = ListState.SUBSCRIBED
    """The worst of the events without a clear moment."""
    is_dated: bool = True
    """Whether every event has one."""
    was_refused: bool = False
    """Whether mail to them once came back, or was called spam."""
    has_left: bool = False
    """Whether they left, perhaps to come back."""
    unknown: str = ""


def latest_events(
    table: SourceTable,
    choices: ColumnChoices,
    words: Mapping[str, ListState],
    order: DayMonthOrder | None,
    programs: Sequence[Program],
) -> SourceTable:
    """The table with one row a person, if it is a log; else the table itself.

    Args:
        choices: the columns that the administrator named.
        words: what the administrator says of words, folded.
        order: of the dates; None: as the file shows.
    """
    columns = _columns_of(table, choices, programs)
    if columns is None or not (choices.get("event") or _is_log(table, columns)):
        return table
    log = _Log(columns, words, order or _order_of(table, columns))
    for number, row in enumerate(table.rows(), table.first_row):
        log.add(number, row)
    states = log.states()
    width = len(table.header)

    def rows() -> Iterator[Sequence[str]]:
        for number, row in enumerate(table.rows(), table.first_row):
            if log.key(row):
                state = states.get(number)
                yield [] if state is None else [*row[:width], *[""] * (width - len(row)), state]
            else:
                yield row

    return replace(
        table,
        header=[*table.header, LAST_EVENT],
        rows=rows,
        events=(table.header[columns.event], table.header[columns.moment]),
        notes=(
            *table.notes,
            f"A log of {log.events} events of {len(states)} people: the latest of each decides.",
        ),
    )


def _columns_of(
    table: SourceTable, choices: ColumnChoices, programs: Sequence[Program]
) -> LogColumns | None:
    """The columns of a log, or of what may be one."""
    header = table.header
    names = [folded(name) for name in header]
    address = _place(names, choices.get("address", ()))
    if address is None:
        address = address_column(header) if table.address is None else table.address
    if address is None or (not choices.get("event") and program_of(header, programs)):
        return None
    chosen = _place(names, choices.get("event", ()))
    event = _first(names, (*ROLES["event"], *ROLES["status"])) if chosen is None else chosen
    moment = _place(names, choices.get("moment", ()))
    if moment is None:
        moment = _first(names, ROLES["moment"])
    if event is None or moment is None or _is_answered(header[event], choices):
        return None
    is_vague = names[event] in ROLES["status"] and names[moment] in _VAGUE_MOMENTS
    return LogColumns(
        address=address,
        event=event,
        moment=moment,
        is_of_events=chosen is not None or not is_vague,
    )


def _is_answered(heading: str, choices: ColumnChoices) -> bool:
    """Whether the administrator says that a column is one of something else."""
    return any(
        folded(heading) in map(folded, columns)
        for role, columns in choices.items()
        if role not in {"event", "status"}
    )


def _place(names: Sequence[str], columns: Collection[str]) -> int | None:
    return next((names.index(name) for name in map(folded, columns) if name in names), None)


def _first(names: Sequence[str], headings: Sequence[str]) -> int | None:
    return next((names.index(name) for name in headings if name in names), None)


def _is_log(table: SourceTable, columns: LogColumns) -> bool:
    """Whether somebody has rows of several events, and most cells name an event."""
    events_of: dict[str, set[str]] = defaultdict(set)
    counted: Counter[bool] = Counter()
    for row in islice(table.rows(), LOOKED_AT):
        if len(row) > max(columns.address, columns.event, columns.moment):
            word = row[columns.event]
            counted[event_of(word, {}) is not None] += 1
            events_of[row[columns.address].strip().casefold()].add(folded(word))
    is_repeated = any(len(events) > 1 for address, events in events_of.items() if "@" in address)
    return is_repeated and counted[True] > counted.total() * _MOST


def _order_of(table: SourceTable, columns: LogColumns) -> DayMonthOrder:
    for row in table.rows():
        order = order_of(row[columns.moment]) if len(row) > columns.moment else False
        if isinstance(order, DayMonthOrder):
            return order
    # If none decides, the administrator is asked.
    return DayMonthOrder.DAY


class _Log:
    """Finds the latest event of each person."""

    def __init__(
        self, columns: LogColumns, words: Mapping[str, ListState], order: DayMonthOrder
    ) -> None:
        self.events = 0
        self._columns, self._words, self._order = columns, words, order
        self._people: dict[str, _Standing] = {}
        self._has_confirmations = False
        self._is_of_events = columns.is_of_events
        self._before: datetime | None = None
        self._is_rising = self._is_falling = True

    def key(self, row: Sequence[str]) -> str:
        """The person of a row; empty if it names nobody, or has no event."""
        if len(row) <= max(self._columns.address, self._columns.event):
            return ""
        address = row[self._columns.address].strip().strip(INVISIBLE).casefold()
        return address if "@" in address else ""

    def add(self, number: int, row: Sequence[str]) -> None:
        """Note the event of a row."""
        key = self.key(row)
        if not key:
            return
        self.events += 1
        standing = self._people.setdefault(key, _Standing(row=number))
        word = row[self._columns.event].strip()
        event = event_of(word, self._words)
        if event is None:
            standing.unknown = standing.unknown or word
            return
        if event is ListEvent.NOTHING:
            return
        self._has_confirmations |= event is ListEvent.CONFIRMED
        # "re-subscribed" happens, "active" lasts.
        self._is_of_events |= folded(word) not in WORDS
        standing.has_left |= event is ListEvent.LEFT
        standing.was_refused |= event in {ListEvent.BOUNCED, ListEvent.COMPLAINED}
        place = self._columns.moment
        moment = moment_of(row[place], self._order) if place < len(row) else None
        if moment is None:
            standing.undated = worse(standing.undated, STATE_AFTER[event])
            standing.is_dated = False
        else:
            self._compare(moment)
            _note(standing, number, moment, event)

    def _compare(self, moment: datetime) -> None:
        """Note whether the rows are in the order of time."""
        if self._before is not None:
            self._is_rising &= moment >= self._before
            self._is_falling &= moment <= self._before
        self._before = moment

    def states(self) -> dict[int, str]:
        """The state of each person, or the unknown word of one of their events, by row."""
        return {
            standing.row: standing.unknown or self._state(standing).value
            for standing in self._people.values()
        }

    def _state(self, standing: _Standing) -> ListState:
        if not standing.events and standing.is_dated:
            return ListState.PENDING
        state = self._last(standing.events) if standing.events else ListState.PENDING
        if not standing.is_dated:
            state = worse(worse(state, standing.undated), ListState.PENDING)
        if standing.was_refused or (standing.has_left and not self._is_of_events):
            state = worse(state, ListState.PENDING)
        return state

    def _last(self, events: Sequence[ListEvent]) -> ListState:
        """The state after the events of one moment."""
        states = [self._after(event) for event in events]
        worst = max(states, key=list(ListState).index)
        if worst in HAS_LEFT or self._is_rising == self._is_falling:
            return worst
        return states[-1] if self._is_rising else states[0]

    def _after(self, event: ListEvent) -> ListState:
        if event is ListEvent.SUBSCRIBED and self._has_confirmations:
            return ListState.PENDING
        return STATE_AFTER[event]


def _note(standing: _Standing, number: int, moment: datetime, event: ListEvent) -> None:
    latest = standing.moment or datetime.min.replace(tzinfo=UTC)
    if moment > latest:
        standing.moment, standing.row, standing.events = moment, number, [event]
    elif moment == latest:
        standing.events.append(event)
