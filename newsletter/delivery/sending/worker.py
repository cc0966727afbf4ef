"""One worker: sends batches of one edition over one session, each in four phases.

Claim (commit rows as claimed by this worker), admit (quotas and resting domains), hand over
(journal each mail before it can be in doubt, and its outcome), record (settle in the ledger, then
erase the journal). A batch is recorded and the next claimed in one transaction, since a commit
waits for the disk.
"""

import math
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session as DatabaseSession

from newsletter.delivery.ledger import reasons, settlement, store, transcripts, uncertain
from newsletter.delivery.ledger.settlement import Settlement
from newsletter.delivery.ledger.shares import RouteShare
from newsletter.delivery.ledger.store import Claimed
from newsletter.delivery.limits.throttle import Throttle
from newsletter.delivery.sending.batch import INTERRUPTED, Batch
from newsletter.delivery.sending.circuit_breaker import CircuitBreaker
from newsletter.delivery.sending.context import Progress, SendingContext, ShouldYield
from newsletter.delivery.sending.journal import Journal
from newsletter.delivery.sending.mail_maker import MailMaker
from newsletter.editions import store as editions
from newsletter.editions.models import Edition, EditionState
from newsletter.errors import NewsletterError, StorageError
from newsletter.logging import EventLogger
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

log = EventLogger(__name__)

# How often a worker checks whether another process paused or cancelled its edition.
POLL_SECONDS = 1.0
# Consecutive batches without any outcome before the edition is stopped.
MAX_FRUITLESS_BATCHES = 3
# Errors that do not concern the current mail; they end the worker.
NOT_MAIL_SPECIFIC = (TransportStopped, StorageError, SQLAlchemyError)


class NoProgress(NewsletterError):
    """A transport takes mails repeatedly and reports no outcome."""


@dataclass(frozen=True, kw_only=True)
class WorkerAssignment:
    """What a worker sends, and by which transport."""

    edition: Edition
    route_share: RouteShare
    open_session: Callable[[], Session]
    breaker: CircuitBreaker
    should_yield: ShouldYield
    progress: Progress


class Worker:
    """Sends one edition over one session; used by one thread."""

    def __init__(self, context: SendingContext, assignment: WorkerAssignment, name: str) -> None:
        route_share = assignment.route_share
        self._context = context
        self._edition = assignment.edition
        self._assignment = assignment
        self._route_share = route_share
        self._breaker = assignment.breaker
        self._maker = MailMaker(context, assignment.edition, route_share.transport)
        limits = context.limits.get(route_share.transport)
        self._throttle = Throttle(route_share.transport, limits, name, context.options.give_up)
        self._session = assignment.open_session()
        try:
            self._journal = Journal(context.state_folder, name)
        except StorageError:
            self._session.close()
            raise
        self._batch = Batch()
        self._is_clean = True
        """Whether the ledger certainly holds no claim of this worker."""
        self._polled_at = time.monotonic()
        self._ends_at = math.inf
        self._held = False
        self._fruitless = 0
        self._done = 0
        """Settled mails not yet reported as progress."""
        self.is_responding = False
        """Whether the transport accepted a mail, or refused one because of its recipient."""
        self.throttled_by: Deferred | None = None
        """The throttling answer or failed connection that ends this worker."""
        self.used_up_for: timedelta | None = None
        """How long the transport's quota is used up, if it is."""

    def run(self, lasting: timedelta | None = None) -> None:
        """Send until nothing is due, the edition is held or preempted, or the process stops.

        Args:
            lasting: nothing more is claimed after this time; the current batch is finished.

        Raises:
            TransportStopped: the transport cannot send; mails not handed over are released.
            NoProgress: the transport reports no outcomes.
            StorageError: the ledger could not be updated; the journal stays for recovery.
        """
        if lasting is not None:
            self._ends_at = time.monotonic() + lasting.total_seconds()
        try:
            more = self._record_and_claim()
            while self._batch or more:
                if self._batch:
                    self._hand_over(self._batch)
                else:
                    self._rest(self._throttle.given.wait)
                more = self._record_and_claim()
        finally:
            # Outcomes missing from the ledger stay in the journal for recovery.
            if self._is_clean:
                self._journal.close()
            else:
                self._journal.abandon()
            self._session.close()
        if why := self._breaker.stop_reason(self._route_share.transport):
            raise TransportStopped(f"{self._route_share.transport}: {why}")

    # The `Recorder` protocol, called by the transport.

    def handing_over(self, key: int) -> None:
        self._journal.handing_over(key)
        self._batch.begun.add(key)

    def settled(self, key: int, outcome: Outcome) -> None:
        self._journal.settled(key, outcome)
        self._batch.outcomes[key] = outcome
        self._breaker.observe(self._route_share.transport, outcome)
        self._throttle.observe(self._batch.deliveries[key], outcome)
        if isinstance(outcome, Accepted):
            self.is_responding = True
        elif isinstance(outcome, Refused):
            self.is_responding = self.is_responding or outcome.about not in REFUSES_US | {
                Verdict.ERROR
            }
        elif isinstance(outcome, Deferred) and self._requests_backoff(outcome):
            self.throttled_by = outcome
        self._done += 1

    def _requests_backoff(self, outcome: Deferred) -> bool:
        is_about_us = outcome.throttled or outcome.about in REFUSES_US
        return is_about_us or self._throttle.refuses_everywhere

    def _record_and_claim(self) -> bool:
        """Record the batch and claim the next; returns whether there may be more."""
        with self._context.database.write() as session:
            self._record(session, self._batch)
            claimed, more = self._claim(session)
            self._is_clean = False  # the claim may be committed from here on
        self._start_batch(claimed)
        return more

    def _record_alone(self) -> None:
        """Record the batch without claiming another."""
        with self._context.database.write() as session:
            self._record(session, self._batch)
        self._start_batch([])

    def _start_batch(self, claimed: list[Claimed]) -> None:
        self._batch = Batch(claimed, time.monotonic(), self._context.options.lease)
        self._journal.forget()
        self._is_clean = not claimed
        self._tell_progress()

    def _claim(self, session: DatabaseSession) -> tuple[list[Claimed], bool]:
        if self._must_stop() or time.monotonic() > self._ends_at:
            return [], False
        now = self._context.clock.now()
        is_trial = self._route_share.is_trial and not self.is_responding
        grant = self._throttle.request(session, 1 if is_trial else self._context.options.batch, now)
        if not grant.count:
            if grant.is_used_up:
                self.used_up_for = grant.wait
            return [], not grant.is_used_up
        share = self._route_share.share
        claimed = store.claim(
            session,
            self._edition,
            self._journal.worker,
            limit=grant.count,
            lease=self._context.options.lease,
            now=now,
            share=share,
        )
        claimed = self._throttle.admit(session, claimed, now)
        held = editions.state_of(session, self._edition.id) is not EditionState.SENDING
        more = bool(claimed) or store.count_due(session, self._edition.id, now, share) > 0
        return claimed, more and not held

    def _hand_over(self, batch: Batch) -> None:
        """Give the batch to the transport; its outcomes are recorded whatever is raised."""
        try:
            self._offer(batch)
        except BaseException:
            self._record_alone()
            raise
        is_fruitless = not batch.settled and bool(batch.offered or batch.waiting)
        self._fruitless = self._fruitless + 1 if is_fruitless else 0
        if self._fruitless == MAX_FRUITLESS_BATCHES:
            self._record_alone()
            raise NoProgress(
                f"no outcome for {len(batch.deliveries)} mails, {MAX_FRUITLESS_BATCHES} times in a "
                f"row: the transport {self._route_share.transport} took {len(batch.offered)} of "
                "them and reported none"
            )

    def _offer(self, batch: Batch) -> None:
        """Call the transport until it has taken the whole batch; an error costs one mail."""
        while True:
            portion = batch.next_portion()
            try:
                self._session.send(self._mails(batch, portion), self)
            except NOT_MAIL_SPECIFIC:
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
        """Settle the mail that made the transport fail, or retry singly to find it."""
        reason = reasons.describe_error(error)
        log.error("transport failed", transport=self._route_share.transport, error=reason)
        begun, untouched = batch.unanswered(), batch.untouched()
        for delivery in begun:
            # It may have been sent.
            self.settled(delivery.id, InDoubt(response=f"{INTERRUPTED}: {reason}"))
            self._breaker.fault(reason)
        if begun:
            batch.waiting.extendleft(reversed(untouched))
        elif len(untouched) == 1:
            self._fail(untouched[0], f"not handed over: {reason}")
        else:
            batch.suspects.extend(untouched)

    def _fail(self, delivery: Claimed, reason: str) -> None:
        reason = reasons.storable(reason, delivery.address)
        self.settled(delivery.id, Refused(response=reason, verdict=Verdict.ERROR))

    def _renew_session(self) -> None:
        """Replace a session that raised: its state is unknown."""
        self._session.close()
        self._session = self._assignment.open_session()

    def _mails(self, batch: Batch, portion: deque[Claimed]) -> Iterator[Mail]:
        for delivery in self._paced(batch, portion) if self._throttle.is_timed else _drain(portion):
            if self._throttle.is_held(delivery):
                continue
            if self._must_stop() or time.monotonic() > batch.ends_at or self._is_held():
                return
            try:
                mail = self._maker.make(delivery)
            except NOT_MAIL_SPECIFIC:
                raise
            except Exception as error:  # noqa: BLE001 - any error concerns this mail only
                self._fail(delivery, f"the mail could not be made: {reasons.describe_error(error)}")
                continue
            batch.offered.append(delivery)
            yield mail

    def _paced(self, batch: Batch, portion: deque[Claimed]) -> Iterator[Claimed]:
        """Yield each delivery when the rates of its transport and domain allow it."""
        turn = batch.claimed_at + self._throttle.given.wait.total_seconds()
        gap = self._throttle.given.gap.total_seconds()
        for delivery in _drain(portion):
            turn = max(turn, batch.claimed_at + self._throttle.delay(delivery).total_seconds())
            if turn > time.monotonic():
                self._rest(timedelta(seconds=turn - time.monotonic()))
            turn += gap
            yield delivery

    def _rest(self, length: timedelta) -> None:
        """Wait for some time, or until the edition is held."""
        end = time.monotonic() + length.total_seconds()
        while not self._is_held() and (left := end - time.monotonic()) > 0:
            self._context.stopping.wait(min(left, POLL_SECONDS))

    def _must_stop(self) -> bool:
        """Whether nothing more may be claimed or handed over."""
        if self._held or self.throttled_by is not None:
            return True
        return self._breaker.must_stop(self._route_share.transport)

    def _is_held(self) -> bool:
        """Whether the edition is held, preempted or stopping; polls about once a second."""
        now = time.monotonic()
        if self._context.stopping.is_set():
            self._held = True
        elif now - self._polled_at > POLL_SECONDS:
            self._polled_at = now
            self._tell_progress()
            with self._context.database.read() as session:
                state = editions.state_of(session, self._edition.id)
            self._held = state is not EditionState.SENDING or self._assignment.should_yield()
        return self._held

    def _tell_progress(self) -> None:
        done, self._done = self._done, 0
        if done:
            self._assignment.progress(done)

    def _record(self, session: DatabaseSession, batch: Batch) -> None:
        """Settle the batch in the ledger; deliveries without an outcome are released."""
        if not batch:
            return
        now, worker = self._context.clock.now(), self._journal.worker
        sent: dict[int, str] = {}
        others: dict[int, Settlement] = {}
        responses: dict[int, str] = {}
        left = batch.left()
        for key, outcome in batch.settled.items():
            delivery = batch.deliveries[key]
            if isinstance(outcome, Accepted):
                sent[key] = settlement.stored_response(outcome, delivery.address)
            elif self._is_rerouted(outcome):
                left.append(delivery)
            else:
                others[key] = self._settlement(delivery, outcome, now)
                responses[key] = transcripts.storable(outcome.transcript, delivery.address)
        store.settle_sent(session, worker, sent, now)
        store.settle(session, worker, others, now)
        transcripts.keep(session, responses, now)
        store.release(session, worker, [delivery.id for delivery in left])
        self._throttle.record(session, batch.accepted(), left, now)
        if self._held:
            uncertain.skip_cancelled(session, now)

    def _settlement(self, delivery: Claimed, outcome: Outcome, now: datetime) -> Settlement:
        since = delivery.deferred_since or now
        return settlement.settle(
            outcome,
            key=delivery.id,
            attempts=delivery.attempts,
            give_up_at=since + self._context.options.give_up,
            now=now,
            address=delivery.address,
        )

    def _is_rerouted(self, outcome: Outcome) -> bool:
        """Whether a refused mail is released for another transport, as this one is stopped."""
        is_stopped = bool(self._breaker.stop_reason(self._route_share.transport))
        return is_stopped and isinstance(outcome, Refused) and outcome.about in REFUSES_US


def _drain(portion: deque[Claimed]) -> Iterator[Claimed]:
    while portion:
        yield portion.popleft()
