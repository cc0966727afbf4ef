"""Looking after editions that do not get on: one that stalls, one that is overdue. Each told once.

What was seen and told stands in the database, so that several machines tell it once as well.
The queries never commit.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.config.options import Config
from newsletter.config.sending import LimitOptions
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger import news, store
from newsletter.delivery.ledger.models import WAITING, DeliveryState, TransportUse, Watch
from newsletter.delivery.ledger.shares import in_turn
from newsletter.delivery.limits import quotas, transport_health, warm_up
from newsletter.editions.models import Edition, EditionState

A_MOMENT = timedelta(minutes=5)
FORGOTTEN_AFTER = timedelta(days=90)


def look(session: Session, config: Config, now: datetime) -> Iterator[Alarm]:
    """What has to be told now of the editions that should be on their way."""
    session.execute(delete(Watch).where(Watch.since < now - FORGOTTEN_AFTER))
    states = (EditionState.SENDING, EditionState.QUEUED, EditionState.DRAFT)
    sending = set()
    for edition in session.scalars(select(Edition).where(Edition.state.in_(states))):
        if edition.state is EditionState.SENDING:
            sending.add(_of_progress(edition))
            if config.alarms.stalled and _has_stalled(session, config, edition, now):
                yield _stalled(edition, config.alarms.stalled)
        elif _is_overdue(session, config, edition, now):
            yield _overdue(edition)
    # One that is held or done begins its patience anew when it goes on.
    session.execute(
        delete(Watch).where(Watch.subject.startswith("progress "), Watch.subject.not_in(sending))
    )


def _is_overdue(session: Session, config: Config, edition: Edition, now: datetime) -> bool:
    """Whether it is time to tell that an edition has not begun long after its time."""
    patience = config.alarms.overdue
    if not patience or edition.fanned_out_at or edition.send_at > now - patience:
        return False
    subject = f"overdue {edition.id} {edition.state.value}"
    if edition.state is EditionState.DRAFT:
        return news.is_news(session, subject, now)
    # One that was paused and goes on is late at first sight, and begins in a moment.
    watch = session.get(Watch, subject)
    if watch is None:
        session.add(Watch(subject=subject, settled=0, since=now, is_told=False))
    elif now - watch.since >= A_MOMENT and not watch.is_told:
        watch.is_told = True
        return True
    return False


def _has_stalled(session: Session, config: Config, edition: Edition, now: datetime) -> bool:
    """Whether it is time to tell that an edition has not got on for long."""
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
    """Whether something could be sent now and is not: not where quotas or recipients hold it up."""
    transports = in_turn(config.routes, edition.transport)
    if any(_is_used_up(session, config, name, now) for name in transports):
        return False
    if counts.get(DeliveryState.QUEUED, 0) or counts.get(DeliveryState.CLAIMED, 0):
        return True
    ailing = transport_health.of(session, transports)
    return all(name in ailing and ailing[name].failing_since for name in transports)


def _is_used_up(session: Session, config: Config, transport: str, now: datetime) -> bool:
    use = session.get(TransportUse, transport)
    if use is None:
        return False
    options = config.limits.get(transport, LimitOptions())
    today = warm_up.todays(options, use.first_used_at, now)
    in_hour, in_day = quotas.used(use, now)
    return (0 < today.per_hour <= in_hour) or (0 < today.per_day <= in_day)


def _of_progress(edition: Edition) -> str:
    return f"progress {edition.id}"


def _stalled(edition: Edition, patience: timedelta) -> Alarm:
    return Alarm(
        title=f"Edition {edition.id} has stalled",
        text=f"Nothing of it was sent for {patience // timedelta(minutes=1)} minutes, though "
        "there are people who wait for it and nobody has paused it.",
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
