"""The sending loop of one worker: claim, splice, hand over, settle.

The order that keeps the law: rows are claimed and committed; each mail is journalled before it
can be in doubt and when its outcome is known; the ledger is told in one transaction; only then
does the journal forget.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session as DatabaseSession

from newsletter.clock import Clock
from newsletter.config.sending import LimitOptions, RouteOptions, SendingOptions
from newsletter.database import Database
from newsletter.delivery.alarms import RaiseAlarm, no_alarm
from newsletter.delivery.ledger import settlement, store, uncertain
from newsletter.delivery.ledger.settlement import Settlement
from newsletter.delivery.ledger.shares import Way
from newsletter.delivery.ledger.store import Claimed
from newsletter.delivery.limits.throttle import Pace
from newsletter.delivery.sending.journal import Journal
from newsletter.editions import store as editions
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.variants import message_id_stem
from newsletter.rendering.compile import personal_values
from newsletter.rendering.dkim import DkimKey, Spliceable, ready
from newsletter.rendering.headers import mailbox
from newsletter.tokens.links import LinkSigners
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

# How often a worker looks whether its edition was paused or cancelled by another process.
LOOK_EVERY_SECONDS = 1.0
# After this part of its lease a worker hands over no more: others may soon doubt what it holds.
LEASE_USED = 0.8
VARIANTS_KEPT = 64
INTERRUPTED: Outcome = InDoubt(response="interrupted while it was handed over")

Progress = Callable[[int], None]
GivesWay = Callable[[], bool]


def to_nobody() -> bool:
    """No other edition is to go first."""
    return False


@dataclass(frozen=True, kw_only=True)
class Toolbox:
    """What every worker of a process shares."""

    database: Database
    options: SendingOptions
    clock: Clock
    links: LinkSigners
    dkim: Mapping[str, DkimKey] = field(default_factory=dict)
    """By From address."""
    limits: Mapping[str, LimitOptions] = field(default_factory=dict)
    """By the name of the transport."""
    routes: Mapping[str, RouteOptions] = field(default_factory=dict)
    alarm: RaiseAlarm = no_alarm
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def state_folder(self) -> Path:
        return Path(self.options.state_folder)


class Worker:
    """Sends one edition over one session; used by one thread."""

    def __init__(
        self,
        tools: Toolbox,
        edition: Edition,
        session: Session,
        name: str,
        progress: Progress,
        way: Way,
        gives_way: GivesWay = to_nobody,
    ) -> None:
        self._tools = tools
        self._edition = edition
        self._session = session
        self._progress = progress
        self._way = way
        self._gives_way = gives_way
        self._journal = Journal(tools.state_folder, name)
        self._begun: set[int] = set()
        self._outcomes: dict[int, Outcome] = {}
        self._looked_at = time.monotonic()
        self._claimed_at = self._looked_at
        limits = tools.limits.get(way.transport)
        self._pace = Pace(way.transport, limits, name, tools.options.give_up)
        self._claimed: dict[int, Claimed] = {}
        self._held = False
        self._done = 0
        """Settled and not yet told as progress."""
        self.heard = False
        """Whether the transport took a mail, or refused one for good."""
        self.slowed: Deferred | None = None
        """The answer that asked for a slower pace, or told of no connection."""
        self.used_up_for: timedelta | None = None
        """How long the transport's quota is used up, if it is."""
        self._ends_at = math.inf
        self._stem = message_id_stem(edition)
        self._variant = lru_cache(VARIANTS_KEPT)(self._load_variant)

    def run(self, lasting: timedelta | None = None) -> None:
        """Send until nothing is due, the edition is held or gives way, or the process is to stop.

        Args:
            lasting: after so long nothing more is claimed; what was is finished.

        Raises:
            TransportStopped: the transport cannot send; what was not handed over is given back.
            StorageError: the ledger could not be told; the journal stays for the next start.
        """
        if lasting is not None:
            self._ends_at = time.monotonic() + lasting.total_seconds()
        try:
            claimed, more = self._turn([])
            while claimed or more:
                if claimed:
                    self._send(claimed)
                else:
                    self._rest(self._pace.given.wait)
                claimed, more = self._turn(claimed)
        except TransportStopped:
            self._journal.close()
            raise
        except BaseException:
            self._journal.abandon()
            raise
        self._journal.close()

    def handing_over(self, key: int) -> None:
        self._journal.handing_over(key)
        self._begun.add(key)

    def settled(self, key: int, outcome: Outcome) -> None:
        self._journal.settled(key, outcome)
        self._outcomes[key] = outcome
        if isinstance(outcome, Deferred) and outcome.throttled:
            self.slowed = outcome
        elif isinstance(outcome, Accepted | Refused):
            self.heard = True
        self._pace.hear(self._claimed[key], outcome)
        self._done += 1

    def _send(self, claimed: list[Claimed]) -> None:
        try:
            self._session.send(self._mails(claimed), self)
        except BaseException:
            with self._tools.database.write() as session:
                self._record(session, claimed)
            self._forget()
            raise

    def _turn(self, done: list[Claimed]) -> tuple[list[Claimed], bool]:
        """Tell the ledger of one batch and claim the next; whether there may be more.

        Both in one transaction: a commit waits for the disk.
        """
        with self._tools.database.write() as session:
            if done:
                self._record(session, done)
            claimed, more = self._claim(session)
        self._claimed = {delivery.id: delivery for delivery in claimed}
        self._forget()
        self._tell_progress()
        return claimed, more

    def _claim(self, session: DatabaseSession) -> tuple[list[Claimed], bool]:
        if self._held or self.slowed is not None or time.monotonic() > self._ends_at:
            return [], False
        now = self._tools.clock.now()
        is_trial = self._way.is_trial and not self.heard
        given = self._pace.ask(session, 1 if is_trial else self._tools.options.batch, now)
        self._claimed_at = time.monotonic()
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

    def _mails(self, claimed: list[Claimed]) -> Iterator[Mail]:
        bounces = self._edition.masthead["sender"]["bounces"]
        lease_ends = self._claimed_at + LEASE_USED * self._tools.options.lease.total_seconds()
        for delivery in self._in_time(claimed) if self._pace.is_timed else claimed:
            if self._pace.is_held(delivery):
                continue
            if self._is_held() or self.slowed is not None or time.monotonic() > lease_ends:
                return
            yield Mail(
                key=delivery.id,
                sender=bounces,
                recipient=delivery.address,
                content=self._splice(delivery),
                plain=True,
            )

    def _in_time(self, claimed: list[Claimed]) -> Iterator[Claimed]:
        """Each when its turn comes, by the rates of the transport and of its domain."""
        turn = self._claimed_at + self._pace.given.wait.total_seconds()
        gap = self._pace.given.gap.total_seconds()
        for delivery in claimed:
            turn = max(turn, self._claimed_at + self._pace.delay(delivery).total_seconds())
            if turn > time.monotonic():
                self._rest(timedelta(seconds=turn - time.monotonic()))
            turn += gap
            yield delivery

    def _rest(self, length: timedelta) -> None:
        """Do nothing for a while, or until the edition is held."""
        end = time.monotonic() + length.total_seconds()
        while not self._is_held() and (left := end - time.monotonic()) > 0:
            self._tools.stopping.wait(min(left, LOOK_EVERY_SECONDS))

    def _splice(self, delivery: Claimed) -> bytes:
        links = self._tools.links
        values = personal_values(
            to=mailbox(delivery.name, delivery.address),
            name=delivery.name,
            unsubscribe=links.unsubscribe_token(delivery.subscriber_id, self._edition.id),
            preferences=links.preferences_token(delivery.subscriber_id),
            message_id=f"{self._stem}.{delivery.id}",
        )
        return self._variant(delivery.variant_id).splice(values)

    def _load_variant(self, variant_id: int) -> Spliceable:
        with self._tools.database.read() as session:
            variant = editions.variant(session, variant_id)
            address = self._edition.masthead["sender"]["address"]
            return ready(variant.content, variant.nonce, self._tools.dkim.get(address))

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
            self._held = state is not EditionState.SENDING or self._gives_way()
        return self._held

    def _tell_progress(self) -> None:
        done, self._done = self._done, 0
        if done:
            self._progress(done)

    def _record(self, session: DatabaseSession, claimed: list[Claimed]) -> None:
        """Tell the ledger all that the journal knows of this batch; the rest is given back."""
        now = self._tools.clock.now()
        # Begun and never answered (an interruption in the transport itself): in doubt.
        outcomes = dict.fromkeys(self._begun, INTERRUPTED) | self._outcomes
        taken = {k: settlement.words(o) for k, o in outcomes.items() if isinstance(o, Accepted)}
        settlements = {
            k: self._settlement(k, o, now) for k, o in outcomes.items() if k not in taken
        }
        left = [delivery for delivery in claimed if delivery.id not in outcomes]
        store.settle_sent(session, self._journal.worker, taken, now)
        store.settle(session, self._journal.worker, settlements, now)
        store.release(session, self._journal.worker, [delivery.id for delivery in left])
        self._pace.record(session, map(self._claimed.__getitem__, taken), left, now)
        if self._held:
            uncertain.skip_cancelled(session, now)

    def _settlement(self, key: int, outcome: Outcome, now: datetime) -> Settlement:
        delivery = self._claimed[key]
        give_up_at = (delivery.deferred_since or now) + self._tools.options.give_up
        return settlement.settle(
            outcome, key=key, attempts=delivery.attempts, give_up_at=give_up_at, now=now
        )

    def _forget(self) -> None:
        self._journal.forget()
        self._outcomes.clear()
        self._begun.clear()
