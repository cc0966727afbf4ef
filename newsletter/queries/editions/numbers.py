"""The numbers of an edition that is being sent, cheap enough for a page that shows them live.

Counting reads the whole edition once (a million deliveries: about 0.1 s), so all who look share one
count, at most every two seconds and at a twentieth of a processor.
"""

import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.delivery.ledger import store as ledger_store
from newsletter.delivery.ledger.models import WAITING, DeliveryState
from newsletter.editions import store
from newsletter.editions.models import EditionState
from newsletter.queries.editions.answers import TROUBLED, AnswerKind, answers_by_kind

COUNTED_EVERY = timedelta(seconds=2)
# A count that took long is kept for so many times as long.
REST = 20
RATE_OVER = timedelta(seconds=60)
MAX_EDITIONS = 20


@dataclass(frozen=True, kw_only=True)
class EditionNumbers:
    """The equation of an edition: audience = sent + failed + skipped + uncertain + waiting."""

    number: int
    state: EditionState
    send_at: datetime
    has_left: bool
    """Whether its mails are made."""
    audience: int
    """As the fan-out wrote it; the sum of the others before there was one."""
    sent: int
    failed: int
    skipped: int
    uncertain: int
    waiting: int
    deferred: int
    """Of those waiting: tried, and to be tried again."""
    next_attempt_at: datetime | None
    """Of the deferred."""
    per_minute: int
    time_left: timedelta | None
    """None where nothing is sent, or nothing waits."""
    counted_at: datetime
    answers: Sequence[AnswerKind]
    """Of those that were not simply taken."""

    @property
    def adds_up(self) -> bool:
        """Whether the parts make the audience."""
        return self.audience == self.settled + self.waiting

    @property
    def settled(self) -> int:
        """How many nothing more happens to by itself."""
        return self.sent + self.failed + self.skipped + self.uncertain

    @property
    def percent(self) -> int:
        """How much is settled, rounded down; 100 for an audience of nobody."""
        return 100 * self.settled // self.audience if self.audience else 100


@dataclass
class _Gauge:
    lock: Lock = field(default_factory=Lock)
    numbers: EditionNumbers | None = None
    until: datetime | None = None
    samples: deque[tuple[datetime, int]] = field(default_factory=deque)


class EditionGauges:
    """Counts of the editions that are looked at, shared by everybody in a process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._gauges: dict[int, _Gauge] = {}

    def read(self, number: int, now: datetime) -> EditionNumbers:
        """The numbers of an edition, two seconds old at most unless counting is slow.

        Raises:
            ResourceNotFound: there is no such edition.
        """
        with self._lock:
            gauge = self._gauges.setdefault(number, _Gauge())
            self._forget_oldest(number)
        with gauge.lock:
            if gauge.numbers is None or gauge.until is None or now >= gauge.until:
                begun = time.monotonic()
                with self._database.read() as session:
                    gauge.numbers = _counted(session, number, gauge.samples, now)
                took = timedelta(seconds=time.monotonic() - begun)
                gauge.until = now + max(COUNTED_EVERY, took * REST)
            return gauge.numbers

    def known(self, number: int, now: datetime) -> EditionNumbers | None:
        """The numbers that were counted just now; None where they would have to be counted."""
        with self._lock:
            gauge = self._gauges.get(number)
        is_fresh = gauge is not None and gauge.until is not None and now < gauge.until
        return gauge.numbers if gauge is not None and is_fresh else None

    def _forget_oldest(self, current: int) -> None:
        if len(self._gauges) > MAX_EDITIONS:
            del self._gauges[next(number for number in self._gauges if number != current)]


def numbers_of(session: Session, number: int, now: datetime) -> EditionNumbers:
    """The numbers of an edition, counted now; without a rate.

    Raises:
        ResourceNotFound: there is no such edition.
    """
    return _counted(session, number, deque(), now)


def _counted(
    session: Session, number: int, samples: deque[tuple[datetime, int]], now: datetime
) -> EditionNumbers:
    edition = store.by_id(session, number)
    counts = ledger_store.counts(session, number)
    waiting = sum(counts.get(state, 0) for state in WAITING)
    total = sum(counts.values())
    per_minute = _rate(samples, total - waiting, now)
    is_moving = edition.state is EditionState.SENDING and per_minute and waiting
    deferred = counts.get(DeliveryState.DEFERRED, 0)
    is_troubled = any(counts.get(state) for state in TROUBLED)
    return EditionNumbers(
        number=number,
        state=edition.state,
        send_at=edition.send_at,
        has_left=edition.fanned_out_at is not None,
        answers=answers_by_kind(session, number) if is_troubled else (),
        audience=total if edition.audience is None else edition.audience,
        waiting=waiting,
        deferred=deferred,
        next_attempt_at=ledger_store.next_attempt(session, number) if deferred else None,
        per_minute=per_minute,
        time_left=timedelta(minutes=waiting / per_minute) if is_moving else None,
        counted_at=now,
        **_settled(counts),
    )


def _settled(counts: Mapping[DeliveryState, int]) -> dict[str, int]:
    final = (
        DeliveryState.SENT,
        DeliveryState.FAILED,
        DeliveryState.SKIPPED,
        DeliveryState.UNCERTAIN,
    )
    return {state.value: counts.get(state, 0) for state in final}


def _rate(samples: deque[tuple[datetime, int]], settled: int, now: datetime) -> int:
    """Deliveries settled a minute, over the last minute of samples."""
    samples.append((now, settled))
    while now - samples[0][0] > RATE_OVER and len(samples) > 2:
        samples.popleft()
    first_at, first = samples[0]
    seconds = (now - first_at).total_seconds()
    return round(max(settled - first, 0) * 60 / seconds) if seconds else 0
