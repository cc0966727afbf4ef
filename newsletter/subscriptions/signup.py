"""Sign-up: adds a pending subscriber and queues the confirmation mail."""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.config.tables.joining_options import JoiningOptions
from newsletter.delivery.ledger.models import NoticeKind
from newsletter.subscriptions import confirm, notices, usual_rate
from subscribers import membership
from subscribers.consent import ConsentOrigin
from subscribers.membership import Signup
from subscribers.models import Subscriber, SubscriberStatus


def sign_up(
    session: Session,
    secret: str,
    joining: Signup,
    options: JoiningOptions,
    *,
    origin: ConsentOrigin,
    now: datetime,
) -> Subscriber:
    """Add a pending subscriber and queue the confirmation mail.

    A subscriber who is confirmed already gets the welcome mail again.

    Raises:
        Conflict: the address is suppressed.
    """
    subscriber = membership.join(session, secret, joining, origin=origin, proven=False, now=now)
    # Anybody can enter anybody's address, a member's as well.
    most = usual_rate.max_per_hour(session, options, now)
    # The welcome lists their preferences and links to their page.
    is_confirmed = subscriber.status is SubscriberStatus.CONFIRMED
    kind = NoticeKind.WELCOME if is_confirmed else confirm.KIND
    notices.queue_if_enabled(session, kind, subscriber, options, now, max_per_hour=most)
    return subscriber
