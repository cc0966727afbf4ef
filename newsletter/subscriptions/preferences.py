"""What a subscriber's own page changes: the choice, how often, a pause; and who has such a page."""

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
from subscribers.membership import Wishes
from subscribers.models import Frequency, Subscriber, SubscriberStatus

# As long as the button of the unsubscribe page pauses.
SHORT_PAUSE = timedelta(weeks=4)


def member(session: Session, subscriber_id: int) -> Subscriber:
    """A subscriber who has something to choose.

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
    wishes: Wishes,
    until: datetime | None,
    config: Config,
    *,
    origin: Origin,
    now: datetime,
) -> None:
    """Set what they are sent, and until when nothing is; None ends a pause."""
    membership.choose(session, subscriber, wishes, origin=origin, now=now)
    membership.pause(subscriber, until)
    _note_activity(session, subscriber, config, now)


def lower_frequency(
    session: Session,
    subscriber: Subscriber,
    frequency: Frequency,
    config: Config,
    *,
    origin: Origin,
    now: datetime,
) -> None:
    """Send them the same topics, by fewer mails."""
    wishes = membership.with_frequency(membership.wishes_of(session, subscriber), frequency)
    membership.choose(session, subscriber, wishes, origin=origin, now=now)
    _note_activity(session, subscriber, config, now)


def pause(session: Session, subscriber: Subscriber, config: Config, now: datetime) -> datetime:
    """Send them nothing for four weeks; until when, a midnight of the site's zone."""
    zone = ZoneInfo(config.site.timezone)
    until = datetime.combine((now + SHORT_PAUSE).astimezone(zone), time(), zone)
    membership.pause(subscriber, until)
    _note_activity(session, subscriber, config, now)
    return until


def _note_activity(session: Session, subscriber: Subscriber, config: Config, now: datetime) -> None:
    """They read what is sent to them, and are told what holds now where the site tells it."""
    subscriber.active_at = now
    notices.queue_wanted(session, NoticeKind.CHANGED, subscriber, config.joining, now)
