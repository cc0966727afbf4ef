"""What dates say on a day: whose membership is over, and who leaves only later."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from subscribers.importing.values.dates import DayMonthOrder, day_of, end_of, is_date, is_never
from subscribers.importing.values.remarks import passing_of
from subscribers.importing.values.states import ListState, worse
from subscribers.importing.values.vocabulary import WORDS, is_nothing
from subscribers.importing.values.word_folding import folded

Judge = Callable[[str, Mapping[str, ListState]], ListState | None]
"""The state by a cell and words with a meaning of their own; None for an unknown word."""
# What stands in place of the end of something that has none.
_ENDLESS = frozenset(
    folded(word)
    for word in (
        *("never", "unlimited", "lifetime", "life", "life member", "permanent", "indefinite"),
        *("no expiry", "none", "no", "unbegrenzt", "unbefristet", "lebenslang", "nie", "keine"),
        *("illimité", "à vie", "jamais", "indefinido", "vitalicio", "nunca", "illimitato", "mai"),
        *("onbeperkt", "levenslang", "nooit", "bezterminowo", "nigdy", "byth", "∞"),
    )
)

_OF_CONSENT = frozenset({"confirmed", "agreed"})
# Where somebody confirmed it may be tomorrow already.
_ZONES = timedelta(days=1)


def expiry_of(text: str, words: Mapping[str, ListState]) -> ListState | None:
    """The status of a cell with the end of a membership, were it to come; None for no date."""
    word = folded(text)
    if word in words:
        return words[word]
    is_end = is_nothing(text) or word in _ENDLESS or is_date(text)
    if is_end or end_of(text, DayMonthOrder.DAY) is not None:
        return ListState.SUBSCRIBED
    return WORDS.get(word)


def agreement_of(text: str, words: Mapping[str, ListState]) -> ListState:
    """The status of a cell with the moment of agreement: "never" confirms nobody."""
    return ListState.PENDING if is_never(text) else passing_of(text, words)


def on_day(role: str, judge: Judge, today: date, order: DayMonthOrder) -> Judge:
    """The judge of a role, with what its dates say on a day; the last day counts whole.

    Whoever is to leave later is pending: they have not left, and may not want another mail. So is
    whoever is to have confirmed on a day to come.
    """

    def judged(text: str, words: Mapping[str, ListState]) -> ListState | None:
        state = judge(text, words)
        if state is None:
            return None
        if role == "expires":
            end = end_of(text, order)
            is_over = end < today if end is not None else is_date(text)
            return worse(state, ListState.PENDING) if is_over else state
        day = day_of(text, order)
        if role in _OF_CONSENT:
            is_to_come = day is not None and day > today + _ZONES
            return worse(state, ListState.PENDING) if is_to_come else state
        is_to_come = day is not None and day >= today
        return ListState.PENDING if is_to_come and state is ListState.LEFT else state

    return judged if role in {"left", "expires", *_OF_CONSENT} else judge
