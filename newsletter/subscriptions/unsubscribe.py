"""Unsubscribing by the link in a mail: on the page, or one-click (RFC 8058)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.config.tables.joining_options import JoiningOptions
from newsletter.delivery.ledger.models import NoticeKind
from newsletter.subscriptions import notices
from subscribers import membership
from subscribers import store as people
from subscribers.consent import ConsentOrigin
from subscribers.models import Subscriber


@dataclass(frozen=True, kw_only=True)
class UnsubscribeReason:
    """The reason given for unsubscribing."""

    reason: str = ""
    """One of those offered on the page."""
    words: str = ""


def unsubscribe(
    session: Session,
    subscriber: Subscriber,
    edition_id: int,
    departure: UnsubscribeReason,
    options: JoiningOptions,
    now: datetime,
) -> bool:
    """End a subscription and queue the goodbye mail; False where it has ended already.

    The reason is stored once, without the subscriber.
    """
    origin = ConsentOrigin(source=f"link in edition {edition_id}")
    if not membership.leave(session, subscriber, origin=origin, now=now):
        return False
    notices.queue_if_enabled(session, NoticeKind.GOODBYE, subscriber, options, now)
    if departure.reason or departure.words:
        people.add_departure(session, departure.reason, departure.words, now)
    return True
