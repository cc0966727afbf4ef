"""Erasure of a subscriber's data (UK GDPR, art. 17), and which link is enough for it."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.config.tables.joining_options import JoiningOptions
from newsletter.delivery.ledger.models import Delivery, Notice
from newsletter.editions.models import Edition
from newsletter.errors import TokenSpent
from newsletter.feeds import private
from newsletter.subscriptions import preferences_link
from newsletter.subscriptions.preferences_link import StaleLink
from newsletter.tokens.links import PreferencesLink
from subscribers import membership
from subscribers import store as people
from subscribers.consent import ConsentOrigin
from subscribers.models import Subscriber, SubscriberStatus

# To forget one takes some milliseconds, in which nobody else may write to SQLite.
BATCH_SIZE = 100


def known_subscriber(session: Session, link: PreferencesLink) -> Subscriber:
    """The subscriber of a link, for showing what is held about them.

    Raises:
        TokenError: they are erased, or changed their address since.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = preferences_link.holder(session, link)
    if subscriber.status is SubscriberStatus.ERASED:
        raise TokenSpent("this link was good once; nothing is held about you any more")
    return subscriber


def may_end_for_good(
    session: Session,
    subscriber: Subscriber,
    link: PreferencesLink,
    options: JoiningOptions,
    now: datetime,
) -> bool:
    """Whether a link is enough to erase somebody or to mail them never again.

    It must be fresh where there is something to lose: a subscription, or the way back to one that
    has just ended, which whoever was forwarded a mail could have ended. The mail that said goodbye
    brings a link that is enough.
    """
    if preferences_link.is_fresh(link, options.fresh_link, now):
        return True
    if subscriber.status is SubscriberStatus.CONFIRMED:
        return False
    ended_at = subscriber.ended_at
    if ended_at is None or subscriber.confirmed_at is None or now - ended_at > options.expires:
        return True
    is_of_goodbye = int(link.issued_at.timestamp()) >= int(ended_at.timestamp())
    return is_of_goodbye or people.is_suppressed(session, subscriber)


def check_may_end_for_good(
    session: Session,
    subscriber: Subscriber,
    link: PreferencesLink,
    options: JoiningOptions,
    now: datetime,
) -> None:
    """
    Raises:
        StaleLink: the link is not enough to erase somebody or to mail them never again.
    """
    if may_end_for_good(session, subscriber, link, options, now):
        return
    if subscriber.status is SubscriberStatus.CONFIRMED:
        raise StaleLink("this link is too old for that; please have a fresh one mailed to you")
    raise StaleLink(
        "this link is too old for that as long as leaving can be undone; please use the link in "
        "the mail that said goodbye"
    )


def erase(
    session: Session, subscriber: Subscriber, *, origin: ConsentOrigin, now: datetime
) -> None:
    """Erase the subscriber everywhere; the ledger keeps its rows, which then name nobody."""
    clear_traces(session, subscriber, now)
    membership.erase(session, subscriber, origin=origin, now=now)


def forget_unconfirmed(session: Session, before: datetime, now: datetime) -> int:
    """Forget some of those who asked to join before this and never confirmed; how many.

    Nothing of them stays, not even a hash: they agreed to nothing. Those of one transaction are
    few, so that nobody who writes waits for long.
    """
    subscribers = people.unconfirmed_since(session, before, BATCH_SIZE)
    for subscriber in subscribers:
        clear_traces(session, subscriber, now)
        membership.forget(session, subscriber)
    return len(subscribers)


def clear_traces(session: Session, subscriber: Subscriber, now: datetime) -> None:
    """End private feeds, and clear personal data from the rows of mails."""
    private.revoke(session, subscriber, now)
    # What servers answered often holds the address.
    session.execute(
        update(Delivery)
        .where(Delivery.edition_id.in_(select(Edition.id)))
        .where(Delivery.subscriber_id == subscriber.id)
        .values(reason=""),
        execution_options={"synchronize_session": False},
    )
    session.execute(
        update(Notice).where(Notice.subscriber_id == subscriber.id).values(reason=""),
        execution_options={"synchronize_session": False},
    )
