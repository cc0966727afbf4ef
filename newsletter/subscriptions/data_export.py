"""Export of everything held about a subscriber (UK GDPR, art. 15 and 20)."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.delivery.ledger.models import Delivery, Notice
from newsletter.editions.models import Edition
from newsletter.feedback import store as feedback
from newsletter.feeds import store as feeds
from newsletter.subscriptions import preferences_link
from newsletter.subscriptions.erasure import known_subscriber
from newsletter.tokens.links import PreferencesLink
from subscribers import consent
from subscribers import store as people
from subscribers.exporting import escape_formula
from subscribers.models import Subscriber


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


def export_data(session: Session, subscriber: Subscriber) -> dict[str, Any]:
    """Everything held about a subscriber, as plain data with times in UTC."""
    return {
        "person": _person(session, subscriber),
        "consent": [
            {
                "at": _iso(proof.at),
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
                "at": _iso(event.at),
                "what": event.kind.value,
                "edition": event.edition_id,
                "reason": event.reason,
            }
            for event in feedback.events_of(session, subscriber.id)
        ],
        "private_feeds": [
            {"made_at": _iso(feed.created_at), "revoked_at": _iso(feed.revoked_at)}
            for feed in feeds.private_feeds_of(session, subscriber.id)
        ],
    }


def as_csv(exported: dict[str, Any]) -> str:
    """The same as a table of three columns, safe to open in a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("what", "which", "value"))
    for section, content in exported.items():
        rows = [content] if isinstance(content, dict) else content
        for number, row in enumerate(rows, start=1):
            for key, value in row.items():
                which = key if isinstance(content, dict) else f"{number}: {key}"
                writer.writerow((section, escape_formula(which), escape_formula(_cell(value))))
    return text.getvalue()


def _person(session: Session, subscriber: Subscriber) -> dict[str, Any]:
    suppression = people.find_suppression(session, subscriber.address_hash)
    change = people.find_address_change(session, subscriber)
    choice = people.choice_of(session, subscriber)
    return {
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
        "joined_at": _iso(subscriber.joined_at),
        "confirmed_at": _iso(subscriber.confirmed_at),
        "ended_at": _iso(subscriber.ended_at),
        "paused_until": _iso(subscriber.paused_until),
        "active_at": _iso(subscriber.active_at),
        "new_address_to_confirm": change.address if change else None,
        "earlier_addresses": [move.address for move in people.moves_of(session, subscriber)],
        "suppressed_because": suppression.reason if suppression else None,
    }


def _editions(session: Session, subscriber: Subscriber) -> list[dict[str, Any]]:
    query = (
        select(Edition.subject, Delivery.state, Delivery.settled_at, Delivery.reason)
        .join(Delivery, Delivery.edition_id == Edition.id)
        .where(Delivery.subscriber_id == subscriber.id)
        .order_by(Edition.id)
    )
    return [
        {"mail": subject, "state": state.value, "at": _iso(at), "answer": reason}
        for subject, state, at, reason in session.execute(query)
    ]


def _notices(session: Session, subscriber: Subscriber) -> list[dict[str, Any]]:
    query = select(Notice).where(Notice.subscriber_id == subscriber.id).order_by(Notice.id)
    return [
        {"mail": n.kind, "state": n.state.value, "at": _iso(n.settled_at), "answer": n.reason}
        for n in session.scalars(query)
    ]


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {each}" for key, each in value.items())
    return "" if value is None else str(value)
