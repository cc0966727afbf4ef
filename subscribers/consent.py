"""The append-only ledger of consent: who agreed to what, when and how."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Update, insert, select, update
from sqlalchemy.orm import Session

from newsletter.errors import InvalidInput
from subscribers.models import ConsentEvent, ConsentKind, Subscriber

# Core insert: twice as fast as an ORM object, which nothing needs.
_ADD = insert(ConsentEvent)


@dataclass(frozen=True, kw_only=True)
class ConsentOrigin:
    """Where an act comes from, and its evidence."""

    source: str
    """ "form on the site", "import of members.csv", "administrator: paper form" …"""
    particulars: str = ""
    """Further details for the ledger, which segments do not see: ", row 12: paper form"."""
    wording: str = ""
    """The wording that the subscriber was shown."""
    wording_version: str = ""
    network: str = ""
    """The IP address; empty if it is not to be stored."""


def by_administrator(proof: str) -> ConsentOrigin:
    """The origin of an administrator's act, with the proof of consent.

    Raises:
        InvalidInput: the proof is empty.
    """
    if not proof.strip():
        raise InvalidInput("say how and when they agreed: --consent “paper form, 1 May”")
    return ConsentOrigin(source=f"administrator: {proof.strip()}")


@dataclass(frozen=True, kw_only=True)
class ConsentProof:
    """An event with its details that are stored elsewhere."""

    at: datetime
    kind: ConsentKind
    source: str
    wording: str
    wording_version: str
    details: str
    network: str


def version_of(wording: str) -> str:
    """A version for a wording without a number: a hash."""
    return hashlib.sha256(wording.encode()).hexdigest()[:8] if wording else ""


def record(
    session: Session,
    subscriber: Subscriber,
    kind: ConsentKind,
    origin: ConsentOrigin,
    now: datetime,
    *,
    details: str = "",
) -> None:
    """Add an event."""
    values = {
        "subscriber_id": subscriber.id,
        "at": now,
        "kind": kind,
        "source": f"{origin.source}{origin.particulars}",
        "wording": origin.wording,
        "wording_version": origin.wording_version or version_of(origin.wording),
        "details": details,
        "network": origin.network or None,
    }
    session.connection().execute(_ADD, values)


def history(session: Session, subscriber: Subscriber) -> list[ConsentProof]:
    """The subscriber's events, oldest first."""
    query = select(ConsentEvent).where(ConsentEvent.subscriber_id == subscriber.id)
    return [_as_proof(event) for event in session.scalars(query.order_by(ConsentEvent.id))]


def forget_networks(session: Session, before: datetime) -> int:
    """Empty the IP addresses of events before this time; the number emptied."""
    return len(session.scalars(_forget(ConsentEvent.at < before).returning(ConsentEvent.id)).all())


def forget_networks_of(session: Session, subscriber: Subscriber) -> None:
    """Empty the IP addresses of the subscriber's events."""
    session.execute(_forget(ConsentEvent.subscriber_id == subscriber.id))


def _forget(events: ColumnElement[bool]) -> Update:
    is_kept = ConsentEvent.network.is_not(None)
    return update(ConsentEvent).where(events, is_kept).values(network=None)


def _as_proof(event: ConsentEvent) -> ConsentProof:
    return ConsentProof(
        at=event.at,
        kind=event.kind,
        source=event.source,
        wording=event.wording,
        wording_version=event.wording_version,
        details=event.details,
        network=event.network or "",
    )
