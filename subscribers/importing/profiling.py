"""Data profiling: value counts of every column of a file, before it is imported."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from subscribers.importing.columns import Places
from subscribers.importing.values.dates import DayMonthOrder, order_of
from subscribers.importing.values.remarks import (
    doubt_of,
    label_of,
    leaving_with_remark,
    passing_of,
    receiving_of,
    status_with_remark,
    warning_of,
)
from subscribers.importing.values.states import ListState
from subscribers.importing.values.validity import Judge, agreement_of, expiry_of
from subscribers.importing.values.vocabulary import (
    confirmation_of,
    reason_of,
    states_leaving,
)

BATCH_SIZE = 500
# Different values counted a column; status columns have far fewer.
MAX_VALUES = 60
MAX_WORDS = 200
JUDGES: Mapping[str, Judge] = {
    "status": status_with_remark,
    "left": leaving_with_remark,
    "reason": reason_of,
    "notes": doubt_of,
    "doubtful": doubt_of,
    "warning": warning_of,
    "received": receiving_of,
    "expires": expiry_of,
    "agreed": agreement_of,
    "joined": passing_of,
    "frequency": passing_of,
    "digests": passing_of,
    "topics": label_of,
    "tags": label_of,
    "confirmed": confirmation_of,
}


@dataclass(kw_only=True)
class ColumnProfile:
    """The values of a column."""

    filled: int = 0
    values: Counter[str] = field(default_factory=Counter)
    """The first different values, with their counts."""
    is_complete: bool = True
    """Whether these are all."""
    is_full: bool = True
    """Whether no row leaves it empty."""
    telling: str = ""
    """A value that states that somebody left."""

    def add(self, cells: Iterable[str], *, is_read: bool) -> None:
        """Count more cells; the values of columns that are read are not searched for words."""
        counted = Counter(cells)
        self.is_full &= counted.pop("", 0) == 0
        self.filled += counted.total()
        if not is_read and not self.telling:
            self.telling = next(filter(states_leaving, counted), "")
        if not self.is_complete:
            return
        self.values.update(counted)
        if len(self.values) > MAX_VALUES:
            self.is_complete = False
            self.values = Counter(dict(islice(self.values.items(), MAX_VALUES)))

    @property
    def samples(self) -> tuple[str, ...]:
        """The three most frequent values."""
        return tuple(value for value, _ in self.values.most_common(3))


@dataclass(kw_only=True)
class FileProfile:
    """The values of a file."""

    profiles: list[ColumnProfile]
    unknown: dict[str, Counter[str]] = field(default_factory=dict)
    """Unknown words by role of their columns, with counts."""
    orders: set[DayMonthOrder] = field(default_factory=set)
    """Date orders seen in unambiguous dates."""
    ambiguous: str = ""
    """A date that may be read in both orders."""
    doubts: Counter[str] = field(default_factory=Counter)
    """What leaves people in doubt, with counts."""

    @property
    def orders_elsewhere(self) -> set[DayMonthOrder]:
        """The orders of the dates in all columns: a program writes them in one."""
        values = (value for profile in self.profiles for value in profile.values)
        return {order for value in values if isinstance(order := order_of(value), DayMonthOrder)}

    rows: int = 0


def profile_columns(
    rows: Iterable[Sequence[str]], width: int, places: Places, words: Mapping[str, ListState]
) -> FileProfile:
    """Profile rows, each padded to the header's width."""
    file_profile = FileProfile(profiles=[ColumnProfile() for _ in range(width)])
    read = {place for role in places.values() for place in role}
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH_SIZE)):
        fitting = [row if len(row) == width else _fitted(row, width) for row in batch]
        file_profile.rows += len(batch)
        columns = [[cell.strip() for cell in column] for column in zip(*fitting, strict=True)]
        for place, (profile, column) in enumerate(zip(file_profile.profiles, columns, strict=True)):
            profile.add(column, is_read=place in read)
        _judge(file_profile, columns, places, words)
    return file_profile


def _fitted(row: Sequence[str], width: int) -> Sequence[str]:
    return [*row[:width], *[""] * (width - len(row))]


def _judge(
    profile: FileProfile,
    columns: Sequence[Sequence[str]],
    places: Places,
    words: Mapping[str, ListState],
) -> None:
    for role, judge in JUDGES.items():
        for place in places.get(role, ()):
            for value, count in Counter(columns[place]).items():
                judged = judge(value, words)
                if judged is None:
                    _count_unknown(profile.unknown.setdefault(role, Counter()), value, count)
                elif judge in (doubt_of, warning_of) and judged is ListState.PENDING:
                    _count_unknown(profile.doubts, value, count)
    for role in ("joined", "agreed", "expires", "moment", "confirmed"):
        for place in places.get(role, ()):
            for value in set(columns[place]):
                _note_order(profile, value)


def _count_unknown(unknown: Counter[str], value: str, count: int) -> None:
    if value in unknown or len(unknown) < MAX_WORDS:
        unknown[value] += count


def _note_order(profile: FileProfile, value: str) -> None:
    order = order_of(value)
    if isinstance(order, DayMonthOrder):
        profile.orders.add(order)
    elif order:
        profile.ambiguous = profile.ambiguous or value
