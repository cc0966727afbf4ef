"""Whose turn it is, where several editions are due at once in one process.

Bulletins go before everything else, for they are urgent. Among equals each has its turn, and what
has only just become due (composed, resumed, to be retried) has it first: a person waits for it.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

# How long one edition keeps others of its kind waiting.
TURN_LASTS_SECONDS = 30.0
LOOK_EVERY_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Due:
    """An edition whose time has come."""

    number: int
    is_urgent: bool
    has_mail: bool
    """Whether any of it could be handed over now."""


Elapsed = Callable[[], float]


class Turns:
    """The editions that are due in one round of sending, taken up one after the other."""

    def __init__(
        self, look: Callable[[], Sequence[Due]], elapsed: Elapsed = time.monotonic
    ) -> None:
        """
        Args:
            look: the editions that are due now, in the order of their times.
            elapsed: seconds since some moment.
        """
        self._look = look
        self._elapsed = elapsed
        self._taken_up: dict[int, int] = {}
        self._rests_until: dict[int, float] = {}

    def next(self) -> "Turn | None":
        """The turn of the edition to be sent now; None where no more can be done for any."""
        due = self.look()
        ready = [d for d in due if self.is_ready(d)]
        if not ready:
            return None
        first = min(ready, key=lambda d: (not d.is_urgent, self._taken_up.get(d.number, 0)))
        self._taken_up[first.number] = 1 + max(self._taken_up.values(), default=0)
        return Turn(first, due, self, self._elapsed)

    def of(self, number: int) -> "Turn | None":
        """The turn of an edition that another process chose; None where none is to be sent now."""
        due = self.look()
        mine = next((d for d in due if d.number == number and d.has_mail), None)
        if mine is None:
            return None
        turn = Turn(mine, due, self, self._elapsed)
        return None if turn.is_urgent_first(due) else turn

    def look(self) -> Sequence[Due]:
        """The editions that are due; one that was held and comes back is as if it were new."""
        due = self._look()
        numbers = {d.number for d in due}
        for known in (self._taken_up, self._rests_until):
            for number in set(known) - numbers:
                known.pop(number, None)
        return due

    def is_ready(self, due: Due) -> bool:
        return self._rests_until.get(due.number, self._elapsed()) <= self._elapsed()

    def rest(self, number: int) -> None:
        """Nothing more can be done for this one now: others have their turns before it."""
        self._rests_until[number] = self._elapsed() + TURN_LASTS_SECONDS


class Turn:
    """One edition's turn; every thread that sends it may ask whether it is over."""

    def __init__(self, mine: Due, due: Sequence[Due], turns: Turns, elapsed: Elapsed) -> None:
        self.number = mine.number
        self._mine = mine
        self._known = {d.number for d in due}
        self._turns = turns
        self._elapsed = elapsed
        self._looked_at = elapsed()
        self._ends_at = self._looked_at + TURN_LASTS_SECONDS
        self._lock = threading.Lock()
        self._is_over = False

    def is_over(self) -> bool:
        """Whether another edition is to be sent first; looks about once a second."""
        with self._lock:
            now = self._elapsed()
            if not self._is_over and now - self._looked_at >= LOOK_EVERY_SECONDS:
                self._looked_at = now
                self._is_over = self._is_another_first(now)
            return self._is_over

    def end(self) -> None:
        """Its sending has ended: it gave way, or nothing more of it can be sent now."""
        if not self._is_over:
            self._turns.rest(self.number)

    def is_urgent_first(self, due: Sequence[Due]) -> bool:
        """Whether an urgent edition can be sent instead."""
        return not self._mine.is_urgent and any(d.is_urgent for d in self._others(due))

    def _is_another_first(self, now: float) -> bool:
        due = self._turns.look()
        news = {d.number for d in due} - self._known
        self._known &= {d.number for d in due}
        equals = [d for d in self._others(due) if d.is_urgent == self._mine.is_urgent]
        if now >= self._ends_at and equals:
            return True
        return self.is_urgent_first(due) or any(d.number in news for d in equals)

    def _others(self, due: Sequence[Due]) -> list[Due]:
        others = (d for d in due if d.number != self.number and d.has_mail)
        return [d for d in others if self._turns.is_ready(d)]
