"""Detects stalled and overdue editions; raises one alarm for each.

Its state is in the database, so that several machines raise an alarm once. Never commits.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.config.options import Config
from newsletter.config.tables.sending import LimitOptions
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger import alert_dedup, store
from newsletter.delivery.ledger.models import WAITING, DeliveryState, TransportUsage, Watch
from newsletter.delivery.ledger.shares import transports_of
from newsletter.delivery.limits import quotas, transport_health, warm_up
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.store import WITHOUT_TEXTS

GRACE_PERIOD = timedelta(minutes=5)
RETENTION = timedelta(days=90)


def check_editions(session: Session, config: Config, now: datetime) -> Iterator[Alarm]:
    """The alarms to raise now."""
    session.execute(delete(Watch).where(Watch.since < now - RETENTION))
    states = (EditionState.SENDING, EditionState.QUEUED, EditionState.DRAFT)
    sending = set()
    for edition in session.scalars(select(Edition).where(Edition.state.in_(states))):
        if edition.state is EditionState.SENDING:
            sending.add(_of_progress(edition))
            if config.alarms.stalled and _has_stalled(session, config, edition, now):
                yield _stalled(edition, config.alarms.stalled)
        elif _is_overdue(session, config, edition, now):
            yield _overdue(edition)
    # A held edition's time starts again when it is resumed.
    session.execute(
        delete(Watch).where(Watch.subject.startswith("progress "), Watch.subject.not_in(sending))
    )


def stalled_since(session: Session) -> dict[int, datetime]:
    """The editions that an alarm says have stalled or are late to start, and since when."""
    subjects = {EditionState.SENDING: _of_progress, EditionState.QUEUED: _of_start}
    query = select(Edition).where(Edition.state.in_(subjects)).options(*WITHOUT_TEXTS)
    watches = {
        edition.id: session.get(Watch, subjects[edition.state](edition))
        for edition in session.scalars(query)
    }
    return {number: watch.since for number, watch in watches.items() if watch and watch.is_told}


def _is_overdue(session: Session, config: Config, edition: Edition, now: datetime) -> bool:
    """Whether to raise the alarm that an edition is late to start."""
    patience = config.alarms.overdue
    if not patience or edition.fanned_out_at or edition.send_at > now - patience:
        return False
    subject = _of_start(edition)
    if edition.state is EditionState.DRAFT:
        return alert_dedup.is_first_alert(session, subject, now)
    # A resumed edition is overdue at first sight, and starts in a moment.
    watch = session.get(Watch, subject)
    if watch is None:
        session.add(Watch(subject=subject, settled=0, since=now, is_told=False))
    elif now - watch.since >= GRACE_PERIOD and not watch.is_told:
        watch.is_told = True
        return True
    return False


def _has_stalled(session: Session, config: Config, edition: Edition, now: datetime) -> bool:
    """Whether to raise the alarm that an edition makes no progress."""
    counts = store.counts(session, edition.id)
    settled = sum(count for state, count in counts.items() if state not in WAITING)
    watch = session.get(Watch, _of_progress(edition))
    if watch is None:
        watch = Watch(subject=_of_progress(edition), settled=settled, since=now, is_told=False)
        session.add(watch)
    if watch.settled != settled:
        watch.settled, watch.since, watch.is_told = settled, now, False
    has_time = now - watch.since < config.alarms.stalled
    if has_time or watch.is_told or not _is_stuck(session, config, edition, counts, now):
        return False
    watch.is_told = True
    return True


def _is_stuck(
    session: Session,
    config: Config,
    edition: Edition,
    counts: dict[DeliveryState, int],
    now: datetime,
) -> bool:
    """Whether something could be sent now, so neither quotas nor recipients' servers delay it."""
    transports = transports_of(config.routes, edition.transport)
    if any(_is_used_up(session, config, name, now) for name in transports):
        return False
    if counts.get(DeliveryState.QUEUED, 0) or counts.get(DeliveryState.CLAIMED, 0):
        return True
    unhealthy = transport_health.unhealthy(session, transports)
    return all(name in unhealthy and unhealthy[name].failing_since for name in transports)


def _is_used_up(session: Session, config: Config, transport: str, now: datetime) -> bool:
    use = session.get(TransportUsage, transport)
    if use is None:
        return False
    options = config.limits.get(transport, LimitOptions())
    today = warm_up.limits_today(options, use.first_used_at, now)
    in_hour, in_day = quotas.used(use, now)
    return (0 < today.per_hour <= in_hour) or (0 < today.per_day <= in_day)


def _of_progress(edition: Edition) -> str:
    return f"progress {edition.id}"


def _of_start(edition: Edition) -> str:
    return f"overdue {edition.id} {edition.state.value}"


def _stalled(edition: Edition, patience: timedelta) -> Alarm:
    return Alarm(
        title=f"Edition {edition.id} has stalled",
        text=f"Nothing of it was sent for {patience // timedelta(minutes=1)} minutes, though "
        "deliveries are waiting and nobody has paused it.",
        details=(
            f"Why: newsletter editions show {edition.id}, and newsletter limits",
            f"To send from here: newsletter editions send {edition.id}",
        ),
    )


def _overdue(edition: Edition) -> Alarm:
    if edition.state is EditionState.DRAFT:
        return Alarm(
            title=f"Edition {edition.id} waits for approval",
            text=f"It was made at {edition.send_at:%d %b %H:%M} UTC and nobody has approved it.",
            details=(f"To let it go: newsletter editions approve {edition.id}",),
        )
    return Alarm(
        title=f"Edition {edition.id} is overdue",
        text=f"It should have left at {edition.send_at:%d %b %H:%M} UTC and has not begun.",
        details=(f"To send it from here: newsletter editions send {edition.id}",),
    )
