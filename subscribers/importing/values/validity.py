"""What dates say on a day: whose membership is over, and who leaves only later."""

from collections.abc import Callable, Mapping
from datetime import date

from subscribers.importing.values.dates import DayMonthOrder, day_of, is_date
from subscribers.importing.values.states import ListState, worse

Judge = Callable[[str, Mapping[str, ListState]], ListState | None]
"""The state by a cell and words with a meaning of their own; None for an unknown word."""


def on_day(role: str, judge: Judge, today: date, order: DayMonthOrder) -> Judge:
    """The judge of a role, with what its dates say on a day; the last day counts whole.

    Whoever is to leave later is pending: they have not left, and may not want another mail.
    """

    def judged(text: str, words: Mapping[str, ListState]) -> ListState | None:
        state = judge(text, words)
        if state is None or not is_date(text):
            return state
        day = day_of(text, order)
        is_to_come = day is not None and day >= today
        if role == "expires":
            return state if is_to_come else worse(state, ListState.PENDING)
        return ListState.PENDING if is_to_come and state is ListState.LEFT else state

    return judged if role in {"left", "expires"} else judge
