"""One worker: batch after batch of one edition over one session, each in four phases.

Claim (rows are committed as ours), admit (limits and resting domains), hand over (each mail is
journalled before it can be in doubt and when its outcome is known), record (the ledger is told in
one transaction; only then does the journal forget). A batch is recorded and the next claimed in
the same transaction, since a commit waits for the disk.
"""

import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session as DatabaseSession

from newsletter.delivery.ledger import reasons, settlement, store, uncertain
from newsletter.delivery.ledger.settlement import Settlement
from newsletter.delivery.ledger.shares import Way
from newsletter.delivery.ledger.store import Claimed
from newsletter.delivery.limits.throttle import Pace
from newsletter.delivery.sending.batch import INTERRUPTED, Batch
from newsletter.delivery.sending.circuit_breaker import Breaker
from newsletter.delivery.sending.context import GivesWay, Progress, Toolbox
from newsletter.delivery.sending.journal import Journal
from newsletter.delivery.sending.mail_maker import MailMaker
from newsletter.editions import store as editions
from newsletter.editions.models import Edition, EditionState
from newsletter.errors import NewsletterError, StorageError
from newsletter.transports.base import (
    Accepted,
    Deferred,
    InDoubt,
    Mail,
    Outcome,
    Refused,
    Session,
    TransportStopped,
)
from newsletter.transports.verdicts import REFUSES_US, Verdict

log = structlog.get_logger()

# How often a worker looks whether its edition was paused or cancelled by another process.
LOOK_EVERY_SECONDS = 1.0
# So many batches in a row of which a transport settles nothing, and the edition is stopped.
MOST_FRUITLESS = 3
# What says nothing of the mail at hand, and ends the worker.
NOT_THE_MAIL = (TransportStopped, StorageError, SQLAlchemyError)


class NoProgress(NewsletterError):
    """A transport takes mails and says nothing of them, again and again."""


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """What a worker is to send, and by which way."""

    edition: Edition
    way: Way
    open_session: Callable[[], Session]
    breaker: Breaker
    gives_way: GivesWay
    progress: Progress


class Worker:
    """Sends one edition over one session; used by one thread."""

    def __init__(self, tools: Toolbox, assignment: Assignment, name: str) -> None:
        way = assignment.way
        self._tools = tools
        self._edition = assignment.edition
        self._assignment = assignment
        self._way = way
        self._breaker = assignment.breaker
        self._maker = MailMaker(tools, assignment.edition)
        limits = tools.limits.get(way.transport)
        self._pace = Pace(way.transport, limits, name, tools.options.give_up)
        self._session = assignment.open_session()
        try:
            self._journal = Journal(tools.state_folder, name)
        except StorageError:
            self._session.close()
            raise
        self._batch = Batch()
        self._is_clean = True
        """Whether the ledger surely holds nothing in this worker's name."""
        self._looked_at = time.monotonic()
        self._ends_at = math.inf
        self._held = False
        self._fruitless = 0
        self._done = 0
        """Settled and not yet told as progress."""
        self.heard = False
        """Whether the transport took a mail, or refused one for the recipient's sake."""
        self.slowed: Deferred | None = None
        """The answer that asked for a slower pace, or told of no connection."""
        self.used_up_for: timedelta | None = None
        """How long the transport's quota is used up, if it is."""

    def run(self, lasting: timedelta | None = None) -> None:
        """Send until nothing is due, the edition is held or gives way, or the process is to stop.

        Args:
            lasting: after so long nothing more is claimed; what was is finished.

        Raises:
            TransportStopped: the transport cannot send; what was not handed over is given back.
            NoProgress: the transport settles nothing of what it is given.
            StorageError: the ledger could not be told; the journal stays for the next start.
        """
        if lasting is not None:
            self._ends_at = time.monotonic() + lasting.total_seconds()
        try:
            more = self._record_and_claim()
            while self._batch or more:
                if self._batch:
                    self._hand_over(self._batch)
                else:
                    self._rest(self._pace.given.wait)
                more = self._record_and_claim()
        finally:
            # What the ledger was not told of waits in the journal for the next start.
            if self._is_clean:
                self._journal.close()
            else:
                self._journal.abandon()
            self._session.close()
        if why := self._breaker.why_stopped(self._way.transport):
            raise TransportStopped(f"{self._way.transport}: {why}")

    # What a transport tells while it hands over.

    def handing_over(self, key: int) -> None:
        self._journal.handing_over(key)
        self._batch.begun.add(key)

    def settled(self, key: int, outcome: Outcome) -> None:
        self._journal.settled(key, outcome)
        self._batch.outcomes[key] = outcome
        self._breaker.hear(self._way.transport, outcome)
        self._pace.hear(self._batch.deliveries[key], outcome)
        if isinstance(outcome, Accepted):
            self.heard = True
        elif isinstance(outcome, Refused):
            self.heard = self.heard or outcome.about not in REFUSES_US | {Verdict.ERROR}
        elif isinstance(outcome, Deferred) and self._asks_for_a_rest(outcome):
            self.slowed = outcome
        self._done += 1

    def _asks_for_a_rest(self, outcome: Deferred) -> bool:
        is_about_us = outcome.throttled or outcome.about in REFUSES_US
        return is_about_us or self._pace.refuses_everywhere

    # The phases: claim (which admits), hand over, record.

    def _record_and_claim(self) -> bool:
        """Tell the ledger of the batch and claim the next; whether there may be more."""
        with self._tools.database.write() as session:
            self._record(session, self._batch)
            claimed, more = self._claim(session)
            self._is_clean = False  # from here on it may be committed
        self._begin(claimed)
        return more

    def _record_alone(self) -> None:
        """Tell the ledger of the batch where no other follows."""
        with self._tools.database.write() as session:
            self._record(session, self._batch)
        self._begin([])

    def _begin(self, claimed: list[Claimed]) -> None:
        self._batch = Batch(claimed, time.monotonic(), self._tools.options.lease)
        self._journal.forget()
        self._is_clean = not claimed
        self._tell_progress()

    def _claim(self, session: DatabaseSession) -> tuple[list[Claimed], bool]:
        if self._must_end() or time.monotonic() > self._ends_at:
            return [], False
        now = self._tools.clock.now()
        is_trial = self._way.is_trial and not self.heard
        given = self._pace.ask(session, 1 if is_trial else self._tools.options.batch, now)
        if not given.count:
            if given.is_used_up:
                self.used_up_for = given.wait
            return [], not given.is_used_up
        share = self._way.share
        claimed = store.claim(
            session,
            self._edition,
            self._journal.worker,
            limit=given.count,
            lease=self._tools.options.lease,
            now=now,
            share=share,
        )
        claimed = self._pace.admit(session, claimed, now)
        held = editions.state_of(session, self._edition.id) is not EditionState.SENDING
        more = bool(claimed) or store.count_due(session, self._edition.id, now, share) > 0
        return claimed, more and not held

    def _hand_over(self, batch: Batch) -> None:
        """Give the batch to the transport; whatever happens, the ledger hears what came of it."""
        try:
            self._offer(batch)
        except BaseException:
            self._record_alone()
            raise
        is_fruitless = not batch.settled and bool(batch.offered or batch.waiting)
        self._fruitless = self._fruitless + 1 if is_fruitless else 0
        if self._fruitless == MOST_FRUITLESS:
            self._record_alone()
            raise NoProgress(
                f"nothing became of {len(batch.deliveries)} mails, {MOST_FRUITLESS} times in a "
                f"row: the transport {self._way.transport} took {len(batch.offered)} of them and "
                "said nothing of any"
            )

    def _offer(self, batch: Batch) -> None:
        """Call the transport until it has been given everything; an error costs one mail."""
        while True:
            portion = batch.next_portion()
            try:
                self._session.send(self._mails(batch, portion), self)
            except NOT_THE_MAIL:
                raise
            except Exception as error:
                if not batch.offered:
                    raise
                self._attribute(batch, error)
                self._renew_session()
            else:
                if portion is batch.waiting and not batch.suspects:
                    return

    def _attribute(self, batch: Batch, error: Exception) -> None:
        """Settle the mail that made the transport fail, or find out which it was."""
        reason = reasons.fault(error)
        log.error("a transport failed", transport=self._way.transport, error=reason)
        begun, untouched = batch.unanswered(), batch.untouched()
        for delivery in begun:
            # It may have left: nobody can know.
            self.settled(delivery.id, InDoubt(response=f"{INTERRUPTED}: {reason}"))
            self._breaker.fault(reason)
        if begun:
            batch.waiting.extendleft(reversed(untouched))
        elif len(untouched) == 1:
            self._fail(untouched[0], f"not handed over: {reason}")
        else:
            batch.suspects.extend(untouched)

    def _fail(self, delivery: Claimed, reason: str) -> None:
        reason = reasons.kept(reason, delivery.address)
        self.settled(delivery.id, Refused(response=reason, verdict=Verdict.ERROR))

    def _renew_session(self) -> None:
        """After an error nobody knows what state the session is in."""
        self._session.close()
        self._session = self._assignment.open_session()

    def _mails(self, batch: Batch, portion: deque[Claimed]) -> Iterator[Mail]:
        for delivery in self._in_time(batch, portion) if self._pace.is_timed else _drain(portion):
            if self._pace.is_held(delivery):
                continue
            if self._must_end() or time.monotonic() > batch.ends_at or self._is_held():
                return
            try:
                mail = self._maker.make(delivery)
            except NOT_THE_MAIL:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it is this mail's alone
                self._fail(delivery, f"the mail could not be made: {reasons.fault(error)}")
                continue
            batch.offered.append(delivery)
            yield mail

    def _in_time(self, batch: Batch, portion: deque[Claimed]) -> Iterator[Claimed]:
        """Each when its turn comes, by the rates of the transport and of its domain."""
        turn = batch.claimed_at + self._pace.given.wait.total_seconds()
        gap = self._pace.given.gap.total_seconds()
        for delivery in _drain(portion):
            turn = max(turn, batch.claimed_at + self._pace.delay(delivery).total_seconds())
            if turn > time.monotonic():
                self._rest(timedelta(seconds=turn - time.monotonic()))
            turn += gap
            yield delivery

    def _rest(self, length: timedelta) -> None:
        """Do nothing for a while, or until the edition is held."""
        end = time.monotonic() + length.total_seconds()
        while not self._is_held() and (left := end - time.monotonic()) > 0:
            self._tools.stopping.wait(min(left, LOOK_EVERY_SECONDS))

    def _must_end(self) -> bool:
        """Whether nothing more is to be claimed or handed over."""
        if self._held or self.slowed is not None:
            return True
        return self._breaker.must_stop(self._way.transport)

    def _is_held(self) -> bool:
        """Whether to hand over no more; asks the database about once a second."""
        now = time.monotonic()
        if self._tools.stopping.is_set():
            self._held = True
        elif now - self._looked_at > LOOK_EVERY_SECONDS:
            self._looked_at = now
            self._tell_progress()
            with self._tools.database.read() as session:
                state = editions.state_of(session, self._edition.id)
            self._held = state is not EditionState.SENDING or self._assignment.gives_way()
        return self._held

    def _tell_progress(self) -> None:
        done, self._done = self._done, 0
        if done:
            self._assignment.progress(done)

    def _record(self, session: DatabaseSession, batch: Batch) -> None:
        """Tell the ledger all that the journal knows of a batch; the rest is given back."""
        if not batch:
            return
        now, worker = self._tools.clock.now(), self._journal.worker
        sent: dict[int, str] = {}
        others: dict[int, Settlement] = {}
        left = batch.left()
        for key, outcome in batch.settled.items():
            delivery = batch.deliveries[key]
            if isinstance(outcome, Accepted):
                sent[key] = settlement.words(outcome, delivery.address)
            elif self._goes_by_another(outcome):
                left.append(delivery)
            else:
                others[key] = self._settlement(delivery, outcome, now)
        store.settle_sent(session, worker, sent, now)
        store.settle(session, worker, others, now)
        store.release(session, worker, [delivery.id for delivery in left])
        self._pace.record(session, batch.taken(), left, now)
        if self._held:
            uncertain.skip_cancelled(session, now)

    def _settlement(self, delivery: Claimed, outcome: Outcome, now: datetime) -> Settlement:
        since = delivery.deferred_since or now
        return settlement.settle(
            outcome,
            key=delivery.id,
            attempts=delivery.attempts,
            give_up_at=since + self._tools.options.give_up,
            now=now,
            address=delivery.address,
        )

    def _goes_by_another(self, outcome: Outcome) -> bool:
        """Whether a mail that was surely not taken waits for another transport, or for a person."""
        is_stopped = bool(self._breaker.why_stopped(self._way.transport))
        return is_stopped and isinstance(outcome, Refused) and outcome.about in REFUSES_US


def _drain(portion: deque[Claimed]) -> Iterator[Claimed]:
    while portion:
        yield portion.popleft()
