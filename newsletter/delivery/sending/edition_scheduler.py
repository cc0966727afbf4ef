"""Round-robin scheduler with time slices for the editions due in one process.

Bulletins are urgent and preempt all other editions. Among editions of equal urgency, one that has
just become due (composed, resumed, to be retried) runs next.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

TIME_SLICE_SECONDS = 30.0
POLL_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class DueEdition:
    """An edition whose sending time has come."""

    number: int
    is_urgent: bool
    has_mail: bool
    """Whether a delivery could be claimed now."""


Elapsed = Callable[[], float]


class EditionScheduler:
    """Chooses which due edition a process sends next."""

    def __init__(
        self, poll: Callable[[], Sequence[DueEdition]], elapsed: Elapsed = time.monotonic
    ) -> None:
        """
        Args:
            poll: returns the editions due now, ordered by time.
            elapsed: a monotonic clock, in seconds.
        """
        self._poll = poll
        self._elapsed = elapsed
        self._last_run: dict[int, int] = {}
        self._blocked_until: dict[int, float] = {}

    def next(self) -> "TimeSlice | None":
        """The next edition's time slice; None where no edition can be sent on now."""
        due = self.poll()
        ready = [d for d in due if self.is_ready(d)]
        if not ready:
            return None
        first = min(ready, key=lambda d: (not d.is_urgent, self._last_run.get(d.number, 0)))
        self._last_run[first.number] = 1 + max(self._last_run.values(), default=0)
        return TimeSlice(first, due, self, self._elapsed)

    def of(self, number: int) -> "TimeSlice | None":
        """The time slice of a given edition; None where it is not due or is preempted."""
        due = self.poll()
        mine = next((d for d in due if d.number == number and d.has_mail), None)
        if mine is None:
            return None
        time_slice = TimeSlice(mine, due, self, self._elapsed)
        return None if time_slice.is_preempted_by_urgent(due) else time_slice

    def poll(self) -> Sequence[DueEdition]:
        """The due editions; the state of those no longer due is forgotten."""
        due = self._poll()
        numbers = {d.number for d in due}
        for times in (self._last_run, self._blocked_until):
            for number in set(times) - numbers:
                times.pop(number, None)
        return due

    def is_ready(self, due: DueEdition) -> bool:
        return self._blocked_until.get(due.number, self._elapsed()) <= self._elapsed()

    def rest(self, number: int) -> None:
        """Block an edition that cannot be sent on now for one time slice."""
        self._blocked_until[number] = self._elapsed() + TIME_SLICE_SECONDS


class TimeSlice:
    """The time slice of one edition; thread-safe."""

    def __init__(
        self,
        mine: DueEdition,
        due: Sequence[DueEdition],
        scheduler: EditionScheduler,
        elapsed: Elapsed,
    ) -> None:
        self.number = mine.number
        self._mine = mine
        self._known = {d.number for d in due}
        self._scheduler = scheduler
        self._elapsed = elapsed
        self._polled_at = elapsed()
        self._ends_at = self._polled_at + TIME_SLICE_SECONDS
        self._lock = threading.Lock()
        self._is_over = False

    def is_over(self) -> bool:
        """Whether another edition preempts this one; polls about once a second."""
        with self._lock:
            now = self._elapsed()
            if not self._is_over and now - self._polled_at >= POLL_SECONDS:
                self._polled_at = now
                self._is_over = self._is_preempted(now)
            return self._is_over

    def end(self) -> None:
        """Report that sending has ended; without preemption, nothing more can be sent now."""
        if not self._is_over:
            self._scheduler.rest(self.number)

    def is_preempted_by_urgent(self, due: Sequence[DueEdition]) -> bool:
        """Whether an urgent edition can be sent instead of this one."""
        return not self._mine.is_urgent and any(d.is_urgent for d in self._others(due))

    def _is_preempted(self, now: float) -> bool:
        due = self._scheduler.poll()
        newly_due = {d.number for d in due} - self._known
        self._known &= {d.number for d in due}
        equals = [d for d in self._others(due) if d.is_urgent == self._mine.is_urgent]
        if now >= self._ends_at and equals:
            return True
        return self.is_preempted_by_urgent(due) or any(d.number in newly_due for d in equals)

    def _others(self, due: Sequence[DueEdition]) -> list[DueEdition]:
        others = (d for d in due if d.number != self.number and d.has_mail)
        return [d for d in others if self._scheduler.is_ready(d)]
