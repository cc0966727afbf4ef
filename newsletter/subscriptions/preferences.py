"""Changes on a subscriber's preference page: topics, frequency, pause; and who has such a page."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from newsletter.config.options import Config
from newsletter.delivery.ledger.models import NoticeKind
from newsletter.errors import TokenSpent
from newsletter.subscriptions import notices, preferences_link
from newsletter.tokens.links import PreferencesLink
from subscribers import membership
from subscribers.consent import ConsentOrigin
from subscribers.membership import Preferences
from subscribers.models import Frequency, Subscriber, SubscriberStatus

# As long as the button of the unsubscribe page pauses.
SHORT_PAUSE = timedelta(weeks=4)


def member(session: Session, link: PreferencesLink) -> Subscriber:
    """The subscriber whom a link lets choose.

    Raises:
        TokenError: they have left, or never confirmed, or changed their address since.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = preferences_link.holder(session, link)
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
    origin: ConsentOrigin,
    now: datetime,
) -> bool:
    """Set what they are sent, and until when nothing is; whether that changes anything.

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
    origin: ConsentOrigin,
    now: datetime,
) -> bool:
    """Send them the same topics, by fewer mails; whether that changes anything."""
    wishes = membership.with_frequency(membership.preferences_of(session, subscriber), frequency)
    is_changed = membership.choose(session, subscriber, wishes, origin=origin, now=now)
    _note_activity(session, subscriber, config, now)
    return is_changed


def end_of_short_pause(config: Config, now: datetime) -> datetime:
    """The midnight of the site's zone until which a pause of four weeks lasts."""
    zone = ZoneInfo(config.site.timezone)
    return datetime.combine((now + SHORT_PAUSE).astimezone(zone), time(), zone)


def pause(
    session: Session, subscriber: Subscriber, until: datetime, config: Config, now: datetime
) -> bool:
    """Send them nothing until then; whether that changes anything."""
    is_changed = subscriber.paused_until != until
    membership.pause(subscriber, until)
    _note_activity(session, subscriber, config, now)
    return is_changed


def _chosen(session: Session, subscriber: Subscriber) -> tuple[Preferences, datetime | None]:
    return membership.preferences_of(session, subscriber), subscriber.paused_until


def _note_activity(session: Session, subscriber: Subscriber, config: Config, now: datetime) -> None:
    """They read what is sent to them, and are told what holds now where the site tells it."""
    subscriber.active_at = now
    notices.queue_if_enabled(session, NoticeKind.CHANGED, subscriber, config.joining, now)
