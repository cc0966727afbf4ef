"""Export (UK GDPR, art. 15 and 20) and erasure (art. 17) of what is held about a subscriber."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.config.tables.joining_options import JoiningOptions
from newsletter.delivery.ledger.models import Delivery, Notice
from newsletter.editions.models import Edition
from newsletter.errors import TokenSpent
from newsletter.feedback import store as feedback
from newsletter.feeds import private
from newsletter.feeds import store as feeds
from newsletter.subscriptions import preferences_link
from newsletter.subscriptions.preferences_link import StaleLink
from newsletter.tokens.links import PreferencesLink
from subscribers import consent, membership
from subscribers import store as people
from subscribers.consent import ConsentOrigin
from subscribers.exporting import escape_formula
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


def export(
    session: Session, link: PreferencesLink, good_for: timedelta, now: datetime
) -> dict[str, Any]:
    """Everything held about the subscriber of a link, as plain data with times in UTC.

    Raises:
        TokenError: they are erased, changed their address since, or the link is not fresh.
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = known_subscriber(session, link)
    preferences_link.check_fresh(link, good_for, now)
    return export_data(session, subscriber)


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


def export_data(session: Session, subscriber: Subscriber) -> dict[str, Any]:
    """Everything held about a subscriber, as plain data with times in UTC."""
    suppression = people.find_suppression(session, subscriber.address_hash)
    change = people.find_address_change(session, subscriber)
    choice = people.choice_of(session, subscriber)
    return {
        "person": {
            "number": subscriber.id,
            "address": subscriber.address,
            "name": subscriber.name,
            "language": subscriber.language,
            "status": subscriber.status.value,
            "mails": subscriber.frequency.value,
            "topics": list(choice.topics) or "all",
            "digests": list(choice.digests) or "all",
            "source": subscriber.source,
            "attributes": dict(subscriber.attributes),
            "joined_at": _told(subscriber.joined_at),
            "confirmed_at": _told(subscriber.confirmed_at),
            "ended_at": _told(subscriber.ended_at),
            "paused_until": _told(subscriber.paused_until),
            "active_at": _told(subscriber.active_at),
            "new_address_to_confirm": change.address if change else None,
            "earlier_addresses": [move.address for move in people.moves_of(session, subscriber)],
            "suppressed_because": suppression.reason if suppression else None,
        },
        "consent": [
            {
                "at": _told(proof.at),
                "event": proof.kind.value,
                "source": proof.source,
                "details": proof.details,
                "wording": proof.wording,
                "wording_version": proof.wording_version,
                "network": proof.network,
            }
            for proof in consent.history(session, subscriber)
        ],
        "mails": [*_editions(session, subscriber), *_notices(session, subscriber)],
        "came_back": [
            {
                "at": _told(event.at),
                "what": event.kind.value,
                "edition": event.edition_id,
                "reason": event.reason,
            }
            for event in feedback.events_of(session, subscriber.id)
        ],
        "private_feeds": [
            {"made_at": _told(feed.created_at), "revoked_at": _told(feed.revoked_at)}
            for feed in feeds.private_feeds_of(session, subscriber.id)
        ],
    }


def as_csv(disclosed: dict[str, Any]) -> str:
    """The same as a table of three columns, safe to open in a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("what", "which", "value"))
    for what, found in disclosed.items():
        rows = [found] if isinstance(found, dict) else found
        for number, row in enumerate(rows, start=1):
            for key, value in row.items():
                which = key if isinstance(found, dict) else f"{number}: {key}"
                writer.writerow((what, escape_formula(which), escape_formula(_cell(value))))
    return text.getvalue()


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
    found = people.unconfirmed_since(session, before, BATCH_SIZE)
    for subscriber in found:
        clear_traces(session, subscriber, now)
        membership.forget(session, subscriber)
    return len(found)


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


def _editions(session: Session, subscriber: Subscriber) -> list[dict[str, Any]]:
    query = (
        select(Edition.subject, Delivery.state, Delivery.settled_at, Delivery.reason)
        .join(Delivery, Delivery.edition_id == Edition.id)
        .where(Delivery.subscriber_id == subscriber.id)
        .order_by(Edition.id)
    )
    return [
        {"mail": subject, "state": state.value, "at": _told(at), "answer": reason}
        for subject, state, at, reason in session.execute(query)
    ]


def _notices(session: Session, subscriber: Subscriber) -> list[dict[str, Any]]:
    query = select(Notice).where(Notice.subscriber_id == subscriber.id).order_by(Notice.id)
    return [
        {"mail": n.kind, "state": n.state.value, "at": _told(n.settled_at), "answer": n.reason}
        for n in session.scalars(query)
    ]


def _told(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {each}" for key, each in value.items())
    return "" if value is None else str(value)
