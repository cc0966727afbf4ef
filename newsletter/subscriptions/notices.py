"""Notices: transactional mails to subscribers, queued by the site and sent by the scheduler.

At-most-once delivery: each is claimed and committed before its hand-over and settled after it. A
subscriber can ask again, but must not be mailed twice for one request. The claim checks that the
notice still applies and that the subscriber may be mailed.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, exists, func, insert, select, update
from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.config.tables.joining_options import JoiningOptions
from newsletter.database import Database, take_turn
from newsletter.delivery.alarms import Alarm, RaiseAlarm, no_alarm
from newsletter.delivery.ledger import alert_dedup, reasons, settlement
from newsletter.delivery.ledger.models import DeliveryState, Notice
from newsletter.delivery.sending.batch import INTERRUPTED
from newsletter.errors import Conflict, NewsletterError, StorageError
from newsletter.logging import EventLogger
from newsletter.subscriptions.notice_kinds import NOTICE_TYPES
from newsletter.transports.base import Deferred, InDoubt, Mail, Outcome
from subscribers import store as people
from subscribers.audience import notifiable
from subscribers.models import Subscriber

log = EventLogger(__name__)

GIVE_UP = timedelta(days=1)
# Submitting the form repeatedly must not flood somebody else's mailbox.
MAX_PER_DAY = 3
BATCH_SIZE = 100
# Requests of a flood of sign-ups are dropped beyond this; a subscriber can submit the form again.
MAX_DELAY = timedelta(hours=12)
LEASE = timedelta(minutes=15)

NO_LONGER_APPLIES = "no longer applies, or suppressed"
REPEATED = "asked for again, while the one before it is coming"

# Built once and executed without the ORM, which would take longer than the database.
_SAME = (Notice.subscriber_id == bindparam("subscriber"), Notice.kind == bindparam("kind"))
_RECENT = select(func.count()).where(*_SAME, Notice.created_at > bindparam("since"))
_OPEN = (DeliveryState.QUEUED, DeliveryState.DEFERRED)
_LEFT = (DeliveryState.CLAIMED, DeliveryState.SENT, DeliveryState.UNCERTAIN)
_COMING = (
    select(Notice.id)
    .where(
        *_SAME,
        Notice.state.in_(_OPEN)
        | (Notice.state.in_(_LEFT) & (Notice.created_at > bindparam("since"))),
    )
    .limit(1)
)
_ADD = insert(Notice)

Compose = Callable[[Session, Notice, Subscriber], Mail]
HandOver = Callable[[Mail], Outcome | None]


def queue_if_enabled(
    session: Session,
    kind: str,
    subscriber: Subscriber,
    options: JoiningOptions,
    now: datetime,
    *,
    max_per_hour: int | None = None,
) -> bool:
    """Queue a notice about an event, where the site has that kind enabled and none is coming.

    Of events at the same moment one decides and the others see what it queued.

    Returns:
        False where a limit forbids it.
    """
    if not NOTICE_TYPES[kind].is_wanted(options):
        return True
    people.lock(session, subscriber.id)
    if _is_coming(session, kind, subscriber, now):
        return True
    return queue(session, kind, subscriber, now, max_per_hour=max_per_hour)


def queue(
    session: Session,
    kind: str,
    subscriber: Subscriber,
    now: datetime,
    *,
    max_per_hour: int | None = None,
    is_repeated: bool = False,
) -> bool:
    """Queue a notice; False where a limit forbids it.

    Args:
        subscriber: locked, so that no other counts at the same moment.
        is_repeated: count it only, since the one before it is coming.
        max_per_hour: rate limit of this kind for the whole site; notices beyond it are delayed,
            by up to `MAX_DELAY`.
    """
    connection = session.connection()
    same = {"subscriber": subscriber.id, "kind": kind, "since": now - timedelta(days=1)}
    if connection.execute(_RECENT, same).scalar_one() >= MAX_PER_DAY:
        return False
    notice = {"kind": kind, "subscriber_id": subscriber.id, "created_at": now}
    if is_repeated:
        skipped = {"state": DeliveryState.SKIPPED, "reason": REPEATED, "settled_at": now}
        connection.execute(_ADD, notice | skipped)
        return True
    at = _send_time(session, kind, max_per_hour, now) if max_per_hour else now
    if at > now + MAX_DELAY:
        return False
    state = DeliveryState.DEFERRED if at > now else DeliveryState.QUEUED
    connection.execute(_ADD, notice | {"state": state, "next_attempt_at": at if at > now else None})
    return True


def _send_time(session: Session, kind: str, max_per_hour: int, now: datetime) -> datetime:
    """When the rate limit allows the next notice of a kind.

    Whoever asks adds it in this transaction; others wait, so that each counts those before it.
    """
    take_turn(session, f"notices: {kind}")
    of_kind = select(Notice.created_at, Notice.next_attempt_at).where(Notice.kind == kind)
    newest = of_kind.order_by(Notice.id.desc())
    past = session.execute(newest.offset(max_per_hour - 1).limit(1)).first()
    if past is None or past.created_at <= now - timedelta(hours=1):
        return now
    last = session.execute(newest.limit(1)).one()
    return max(last.next_attempt_at or now, now) + timedelta(hours=1) / max_per_hour


def count_delayed(session: Session) -> int:
    """How many notices are delayed by the rate limit of the site."""
    waiting = (Notice.state == DeliveryState.DEFERRED, Notice.settled_at.is_(None))
    return session.scalars(select(func.count()).select_from(Notice).where(*waiting)).one()


class NoticeSender:
    """Sends queued notices; safe in any number of processes."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        compose: Compose,
        hand_over: HandOver,
        alarm: RaiseAlarm = no_alarm,
    ) -> None:
        self._database = database
        self._clock = clock
        self._compose = compose
        self._hand_over = hand_over
        self._alarm = alarm
        self._faults: Counter[str] = Counter()
        """Notices of this round that failed by an error of our own, by reason."""

    def send_due(self) -> None:
        """Send every due notice; an error fails only its own."""
        with self._database.read() as session:
            due = _due(session, self._clock.now())
        for number, kind in due:
            with self._database.write() as session:
                is_ours = _claim(session, number, kind, self._clock.now())
            if is_ours:
                self._send(number)
        with self._database.write() as session:
            _mark_expired_uncertain(session, self._clock.now())
        self._raise_fault_alarm()

    def _raise_fault_alarm(self) -> None:
        """Raise at most one alarm a day about failed notices."""
        faults, self._faults = self._faults, Counter()
        if not faults:
            return
        now = self._clock.now()
        with self._database.write() as session:
            is_first = alert_dedup.is_first_alert(session, f"notices failed {now:%Y-%m-%d}", now)
        if is_first:
            count = faults.total()
            self._alarm(
                Alarm(
                    title=f"{count} notice{'s' * (count != 1)} failed by an internal error",
                    text="They confirm, welcome or say goodbye. All others are sent.",
                    details=tuple(f"{n} × {reason}" for reason, n in faults.most_common(5)),
                )
            )

    def _send(self, number: int) -> None:
        with self._database.read() as session:
            notice = session.get_one(Notice, number)
        try:
            mail = self._mail(number)
            recipient = mail.recipient
            outcome = self._hand_over(mail)
        except StorageError:
            raise
        except NewsletterError as error:
            # The transport raised, so nothing was sent; the error contains no address.
            recipient, outcome = "", Deferred(response=str(error))
            log.error("notice not sent", notice=number, error=str(error))  # noqa: TRY400
        except Exception as error:  # noqa: BLE001 - any error concerns this notice only
            reason = reasons.normalised(reasons.describe_error(error))
            self._faults[reason] += 1
            log.error("notice failed by an internal error", notice=number, error=reason)  # noqa: TRY400
            self._settle(number, DeliveryState.FAILED, reason, notice.attempts + 1)
            return
        if outcome is None:
            self._settle(number, DeliveryState.UNCERTAIN, "no answer")
            return
        if isinstance(outcome, InDoubt) and outcome.response.startswith(INTERRUPTED):
            self._faults[reasons.normalised(outcome.response)] += 1
        now = self._clock.now()
        settled = settlement.settle(
            outcome,
            key=number,
            attempts=notice.attempts,
            give_up_at=notice.created_at + GIVE_UP,
            now=now,
            address=recipient,
        )
        self._settle(
            number, settled.state, settled.reason, settled.attempts, settled.next_attempt_at
        )

    def _mail(self, number: int) -> Mail:
        with self._database.read() as session:
            notice = session.get_one(Notice, number)
            subscriber = session.get_one(Subscriber, notice.subscriber_id)
            if subscriber.address is None:
                # Deferred now, and skipped by the next claim.
                raise Conflict(f"subscriber {subscriber.id} was erased at this moment")
            return self._compose(session, notice, subscriber)

    def _settle(
        self,
        number: int,
        state: DeliveryState,
        reason: str,
        attempts: int = 0,
        next_attempt_at: datetime | None = None,
    ) -> None:
        with self._database.write() as session:
            notice = session.get_one(Notice, number)
            notice.state, notice.reason, notice.attempts = state, reason, attempts
            notice.next_attempt_at, notice.settled_at = next_attempt_at, self._clock.now()


def _is_coming(session: Session, kind: str, subscriber: Subscriber, now: datetime) -> bool:
    """Whether a notice of this kind that still applies waits, or has left just now."""
    since = now - NOTICE_TYPES[kind].cooldown
    same = {"subscriber": subscriber.id, "kind": kind, "since": since}
    if session.connection().execute(_COMING, same).first() is None:
        return False
    session.flush()
    query = _COMING.where(_still_applies(kind))
    return session.connection().execute(query, same).first() is not None


def _still_applies(kind: str) -> ColumnElement[bool]:
    """Condition: the notice still applies and the subscriber may be mailed."""
    notice_type = NOTICE_TYPES[kind]
    return exists().where(
        Subscriber.id == Notice.subscriber_id,
        notice_type.since <= Notice.created_at,
        notifiable(notice_type.status),
        *notice_type.also,
    )


def _due(session: Session, now: datetime) -> list[tuple[int, str]]:
    """Numbers and kinds of the due notices."""
    waiting = (Notice.state == DeliveryState.QUEUED) | (
        (Notice.state == DeliveryState.DEFERRED) & (Notice.next_attempt_at <= now)
    )
    query = select(Notice.id, Notice.kind).where(waiting).order_by(Notice.id).limit(BATCH_SIZE)
    return [(number, kind) for number, kind in session.execute(query)]


def _claim(session: Session, number: int, kind: str, now: datetime) -> bool:
    """Claim a notice for this process; `next_attempt_at` is the end of its lease.

    A notice that no longer applies is skipped.
    """
    is_open = (Notice.id == number) & Notice.state.in_(_OPEN)
    claimed = session.execute(
        update(Notice)
        .where(is_open, _still_applies(kind))
        .values(state=DeliveryState.CLAIMED, next_attempt_at=now + LEASE)
        .returning(Notice.id),
        execution_options={"synchronize_session": False},
    ).first()
    if claimed is None:
        session.execute(
            update(Notice)
            .where(is_open, ~_still_applies(kind))
            .values(state=DeliveryState.SKIPPED, reason=NO_LONGER_APPLIES, settled_at=now),
            execution_options={"synchronize_session": False},
        )
    return claimed is not None


def _mark_expired_uncertain(session: Session, now: datetime) -> None:
    """Mark claims with an expired lease as uncertain: their process has died."""
    session.execute(
        update(Notice)
        .where(Notice.state == DeliveryState.CLAIMED, Notice.next_attempt_at < now)
        .values(state=DeliveryState.UNCERTAIN, reason="its sender died", settled_at=now),
        execution_options={"synchronize_session": False},
    )
