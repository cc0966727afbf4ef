"""Changes made on the preference page: topics and digests, frequency, pause."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from newsletter.config.options import Config
from newsletter.delivery.ledger.models import NoticeKind
from newsletter.errors import TokenSpent
from newsletter.subscriptions import notices
from subscribers import membership
from subscribers import store as people
from subscribers.consent import Origin
from subscribers.membership import Preferences
from subscribers.models import Frequency, Subscriber, SubscriberStatus

# The pause offered on the unsubscribe page.
SHORT_PAUSE = timedelta(weeks=4)


def member(session: Session, subscriber_id: int) -> Subscriber:
    """The confirmed subscriber with a number.

    Raises:
        TokenError: they have left, or never confirmed.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = people.by_id(session, subscriber_id)
    if subscriber.status is not SubscriberStatus.CONFIRMED:
        raise TokenSpent("this link was good once; to join again, please fill in the form")
    return subscriber


def choose(
    session: Session,
    subscriber: Subscriber,
    wishes: Preferences,
    until: datetime | None,
    config: Config,
    *,
    origin: Origin,
    now: datetime,
) -> bool:
    """Set preferences and pause; returns whether that changes anything.

    Args:
        until: None ends a pause.
    """
    before = _chosen(session, subscriber)
    membership.choose(session, subscriber, wishes, origin=origin, now=now)
    membership.pause(subscriber, until)
    _note_activity(session, subscriber, config, now)
    return _chosen(session, subscriber) != before


def lower_frequency(
    session: Session,
    subscriber: Subscriber,
    frequency: Frequency,
    config: Config,
    *,
    origin: Origin,
    now: datetime,
) -> bool:
    """Change the frequency and keep the topics; returns whether that changes anything."""
    wishes = membership.with_frequency(membership.preferences_of(session, subscriber), frequency)
    is_changed = membership.choose(session, subscriber, wishes, origin=origin, now=now)
    _note_activity(session, subscriber, config, now)
    return is_changed


def end_of_short_pause(config: Config, now: datetime) -> datetime:
    """End of a pause of four weeks: midnight in the site's time zone."""
    zone = ZoneInfo(config.site.timezone)
    return datetime.combine((now + SHORT_PAUSE).astimezone(zone), time(), zone)


def pause(
    session: Session, subscriber: Subscriber, until: datetime, config: Config, now: datetime
) -> bool:
    """Pause until a time; returns whether that changes anything."""
    is_changed = subscriber.paused_until != until
    membership.pause(subscriber, until)
    _note_activity(session, subscriber, config, now)
    return is_changed


def _chosen(session: Session, subscriber: Subscriber) -> tuple[Preferences, datetime | None]:
    return membership.preferences_of(session, subscriber), subscriber.paused_until


def _note_activity(session: Session, subscriber: Subscriber, config: Config, now: datetime) -> None:
    """Record the subscriber's activity and queue the notice about changed preferences."""
    subscriber.active_at = now
    notices.queue_if_enabled(session, NoticeKind.CHANGED, subscriber, config.joining, now)
