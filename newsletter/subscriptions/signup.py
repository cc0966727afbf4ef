"""Entering one's own address: pending until the mail that asks is answered."""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.config.joining_options import JoiningOptions
from newsletter.delivery.ledger.models import NoticeKind
from newsletter.subscriptions import confirm, notices
from subscribers import membership
from subscribers.consent import Origin
from subscribers.membership import Signup
from subscribers.models import Subscriber, SubscriberStatus


def sign_up(
    session: Session,
    secret: str,
    joining: Signup,
    options: JoiningOptions,
    *,
    origin: Origin,
    now: datetime,
) -> Subscriber:
    """Enter an address as pending and have its owner asked to confirm.

    Whoever is on the list already is mailed what they are sent, and the way to their page.

    Raises:
        Conflict: the address is suppressed.
    """
    subscriber = membership.join(session, secret, joining, origin=origin, proven=False, now=now)
    if subscriber.status is SubscriberStatus.CONFIRMED:
        # They have forgotten that they are on the list, or where their page is: both stand there.
        notices.queue_wanted(session, NoticeKind.WELCOME, subscriber, options, now)
    else:
        notices.queue(session, confirm.KIND, subscriber, now, most_per_hour=options.site_per_hour)
    return subscriber
