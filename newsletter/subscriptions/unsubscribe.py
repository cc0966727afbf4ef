"""Ending a subscription by the link in a mail: the button of the page, or one-click (RFC 8058)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.config.joining_options import JoiningOptions
from newsletter.delivery.ledger.models import NoticeKind
from newsletter.subscriptions import notices
from subscribers import membership
from subscribers import store as people
from subscribers.consent import Origin
from subscribers.models import Subscriber


@dataclass(frozen=True, kw_only=True)
class Departure:
    """Why somebody leaves, as far as they say."""

    reason: str = ""
    """One of those offered."""
    words: str = ""


def unsubscribe(
    session: Session,
    subscriber: Subscriber,
    edition_id: int,
    departure: Departure,
    options: JoiningOptions,
    now: datetime,
) -> bool:
    """End a subscription and have a goodbye mailed; False where it was over already.

    One leaving has one reason, however often its button is pressed; it is kept without the name.
    """
    origin = Origin(source=f"link in edition {edition_id}")
    if not membership.leave(session, subscriber, origin=origin, now=now):
        return False
    notices.queue_wanted(session, NoticeKind.GOODBYE, subscriber, options, now)
    if departure.reason or departure.words:
        people.add_departure(session, departure.reason, departure.words, now)
    return True
