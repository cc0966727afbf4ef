"""Mails to one person that belong to no edition: queued by the site, sent by the scheduler.

Each is claimed and committed before it is handed over and settled after, so that it leaves at most
once: a person asked to confirm can ask again, but must not be asked twice for one press of a
button. The claim looks whether what it says is still true of her, and whether she may be mailed.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, bindparam, exists, func, insert, select, update
from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.config.joining_options import JoiningOptions
from newsletter.database import Database
from newsletter.delivery.alarms import Alarm, RaiseAlarm, no_alarm
from newsletter.delivery.ledger import news, reasons, settlement
from newsletter.delivery.ledger.models import DeliveryState, Notice
from newsletter.delivery.sending.batch import INTERRUPTED
from newsletter.errors import Conflict, NewsletterError, StorageError
from newsletter.subscriptions.notice_kinds import KINDS
from newsletter.transports.base import Deferred, InDoubt, Mail, Outcome
from subscribers.audience import notifiable
from subscribers.models import Subscriber

log = structlog.get_logger()

GIVE_UP = timedelta(days=1)
# Whoever fills in the form again and again for somebody else can't fill her mailbox.
MOST_A_DAY = 3
AT_ONCE = 100
# A flood is not mailed a week later: whoever is in earnest fills in the form again.
LONGEST_DELAY = timedelta(hours=12)
LEASE = timedelta(minutes=15)

NO_LONGER_TRUE = "no longer true of her, or suppressed"

# Made once and asked past the ORM: where a crowd signs up, both take longer than the database.
_IS_HERS = (Notice.subscriber_id == bindparam("subscriber"), Notice.kind == bindparam("kind"))
_RECENT = select(func.count()).where(*_IS_HERS, Notice.created_at > bindparam("since"))
_QUEUED = select(Notice.id).where(*_IS_HERS, Notice.state == bindparam("state")).limit(1)
_ADD = insert(Notice)

Compose = Callable[[Session, Notice, Subscriber], Mail]
HandOver = Callable[[Mail], Outcome | None]


def queue_wanted(
    session: Session, kind: str, subscriber: Subscriber, options: JoiningOptions, now: datetime
) -> None:
    """Have her told what has just happened, where the site tells such things."""
    if KINDS[kind].is_wanted(options) and not _is_waiting(session, kind, subscriber):
        queue(session, kind, subscriber, now)


def queue(
    session: Session,
    kind: str,
    subscriber: Subscriber,
    now: datetime,
    *,
    most_per_hour: int | None = None,
) -> bool:
    """Have a mail sent to her; False where she was sent enough of this kind within a day.

    Args:
        most_per_hour: of this kind by the whole site; what exceeds it leaves later, at this rate,
            and what would be later than `LONGEST_DELAY` not at all.
    """
    connection = session.connection()
    hers = {"subscriber": subscriber.id, "kind": kind, "since": now - timedelta(days=1)}
    if connection.execute(_RECENT, hers).scalar_one() >= MOST_A_DAY:
        return False
    notice = {"kind": kind, "subscriber_id": subscriber.id, "created_at": now}
    at = _turn(session, kind, most_per_hour, now) if most_per_hour else now
    if at > now + LONGEST_DELAY:
        return False
    state = DeliveryState.DEFERRED if at > now else DeliveryState.QUEUED
    connection.execute(_ADD, notice | {"state": state, "next_attempt_at": at if at > now else None})
    return True


def _turn(session: Session, kind: str, most_per_hour: int, now: datetime) -> datetime:
    """When the next of a kind may leave, so that no hour has more than the site may send."""
    of_kind = select(Notice.created_at, Notice.next_attempt_at).where(Notice.kind == kind)
    newest = of_kind.order_by(Notice.id.desc())
    past = session.execute(newest.offset(most_per_hour - 1).limit(1)).first()
    if past is None or past.created_at <= now - timedelta(hours=1):
        return now
    last = session.execute(newest.limit(1)).one()
    return max(last.next_attempt_at or now, now) + timedelta(hours=1) / most_per_hour


def held_back(session: Session, kind: str) -> int:
    """How many of a kind wait for their turn, never tried yet."""
    waiting = (Notice.kind == kind, Notice.state == DeliveryState.DEFERRED, Notice.attempts == 0)
    return session.scalars(select(func.count()).select_from(Notice).where(*waiting)).one()


class NoticeSender:
    """Sends what is queued; any number of processes may."""

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
        """Notices that failed by a fault of ours in this round, by reason."""

    def send_due(self) -> None:
        """Send every notice that is due; one that cannot be made or handed over fails alone."""
        with self._database.read() as session:
            due = _due(session, self._clock.now())
        for number, kind in due:
            with self._database.write() as session:
                is_ours = _claim(session, number, kind, self._clock.now())
            if is_ours:
                self._send(number)
        with self._database.write() as session:
            _doubt_silent(session, self._clock.now())
        self._tell_faults()

    def _tell_faults(self) -> None:
        """One alarm a day for what failed, however many do."""
        faults, self._faults = self._faults, Counter()
        if not faults:
            return
        now = self._clock.now()
        with self._database.write() as session:
            is_news = news.is_news(session, f"notices failed {now:%Y-%m-%d}", now)
        if is_news:
            count = faults.total()
            self._alarm(
                Alarm(
                    title=f"{count} mail{'s' * (count != 1)} to one person failed by a fault",
                    text="They confirm, welcome or say goodbye. All others go on.",
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
            # Nothing has left: the transport says so by raising. No address is known to be in it.
            recipient, outcome = "", Deferred(response=str(error))
            log.error("a notice could not be sent", notice=number, error=str(error))  # noqa: TRY400
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this notice's alone
            reason = reasons.normalised(reasons.fault(error))
            self._faults[reason] += 1
            log.error("a notice failed by a fault", notice=number, error=reason)  # noqa: TRY400
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
                # Put off, and skipped by the next claim.
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


def _is_waiting(session: Session, kind: str, subscriber: Subscriber) -> bool:
    """Whether one not yet claimed will tell her the same."""
    hers = {"subscriber": subscriber.id, "kind": kind, "state": DeliveryState.QUEUED}
    if session.connection().execute(_QUEUED, hers).first() is None:
        return False
    session.flush()
    query = _QUEUED.where(_is_true(kind))
    return session.connection().execute(query, hers).first() is not None


def _is_true(kind: str) -> ColumnElement[bool]:
    """Whether what a notice says still holds, and she may be mailed."""
    known = KINDS[kind]
    return exists().where(
        Subscriber.id == Notice.subscriber_id,
        known.since <= Notice.created_at,
        notifiable(known.status),
        *known.also,
    )


def _due(session: Session, now: datetime) -> list[tuple[int, str]]:
    """Numbers and kinds."""
    waiting = (Notice.state == DeliveryState.QUEUED) | (
        (Notice.state == DeliveryState.DEFERRED) & (Notice.next_attempt_at <= now)
    )
    query = select(Notice.id, Notice.kind).where(waiting).order_by(Notice.id).limit(AT_ONCE)
    return [(number, kind) for number, kind in session.execute(query)]


def _claim(session: Session, number: int, kind: str, now: datetime) -> bool:
    """Whether this process, and no other, may hand it over; `next_attempt_at` ends its lease.

    What has ceased to be true is skipped for good.
    """
    is_open = (Notice.id == number) & Notice.state.in_(
        (DeliveryState.QUEUED, DeliveryState.DEFERRED)
    )
    claimed = session.execute(
        update(Notice)
        .where(is_open, _is_true(kind))
        .values(state=DeliveryState.CLAIMED, next_attempt_at=now + LEASE)
        .returning(Notice.id),
        execution_options={"synchronize_session": False},
    ).first()
    if claimed is None:
        session.execute(
            update(Notice)
            .where(is_open, ~_is_true(kind))
            .values(state=DeliveryState.SKIPPED, reason=NO_LONGER_TRUE, settled_at=now),
            execution_options={"synchronize_session": False},
        )
    return claimed is not None


def _doubt_silent(session: Session, now: datetime) -> None:
    """What was claimed and not settled within its lease died with its process."""
    session.execute(
        update(Notice)
        .where(Notice.state == DeliveryState.CLAIMED, Notice.next_attempt_at < now)
        .values(state=DeliveryState.UNCERTAIN, reason="its sender died", settled_at=now),
        execution_options={"synchronize_session": False},
    )
