"""Conversations with servers on mails that were not simply taken, kept for a time. Never commits.

The last attempt's replaces the one before. They name no mailbox: of an address only the domain is
kept, since a signed sender could be used by others and a recipient may be erased.
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ScalarSelect, delete, select
from sqlalchemy.orm import Session

from newsletter.database import insert_of
from newsletter.delivery.ledger import reasons
from newsletter.delivery.ledger.models import Delivery, DeliveryTranscript
from newsletter.errors import ResourceNotFound

MAX_CHARACTERS = 4000
_MAILBOX = re.compile(r"[^\s<>()\[\],;:]+(?=@[\w.-]+\w)")


def keep(session: Session, texts: Mapping[int, str], now: datetime) -> None:
    """Keep the conversation on each delivery, by its number; empty ones are left out."""
    rows = [
        {"delivery_id": number, "content": text, "kept_since": now}
        for number, text in texts.items()
        if text
    ]
    if not rows:
        return
    insert = insert_of(session, DeliveryTranscript)
    statement = insert.on_conflict_do_update(
        index_elements=["delivery_id"],
        set_={"content": insert.excluded.content, "kept_since": insert.excluded.kept_since},
    )
    session.connection().execute(statement, rows)


def storable(text: str, address: str) -> str:
    """A conversation for storing: bounded, and without mailboxes."""
    local, _, domain = address.rpartition("@")
    if local:
        pattern = rf"{re.escape(local)}(?=@{re.escape(domain)})"
        text = re.sub(pattern, reasons.GONE, text, flags=re.IGNORECASE)
    return _MAILBOX.sub(reasons.GONE, text)[-MAX_CHARACTERS:]


def of_deliveries(session: Session, numbers: Collection[int]) -> dict[int, str]:
    """The conversations kept of these deliveries, by number."""
    query = select(DeliveryTranscript.delivery_id, DeliveryTranscript.content)
    rows = session.execute(query.where(DeliveryTranscript.delivery_id.in_(numbers)))
    return dict(rows.all())


def find(session: Session, edition_id: int, number: int) -> str:
    """The conversation on one delivery of an edition; empty where none is kept.

    Raises:
        ResourceNotFound: the edition has no such delivery.
    """
    delivery = session.get(Delivery, number)
    if delivery is None or delivery.edition_id != edition_id:
        raise ResourceNotFound(
            f"edition {edition_id} has no delivery {number}; see: newsletter editions answers "
            f"{edition_id} --state failed"
        )
    return of_deliveries(session, [number]).get(number, "")


def forget(session: Session, before: datetime, limit: int) -> None:
    """Forget conversations kept since before a moment."""
    old = select(DeliveryTranscript.delivery_id).where(DeliveryTranscript.kept_since < before)
    _forget(session, old.limit(limit).scalar_subquery())


def forget_of_subscriber(session: Session, subscriber_id: int) -> None:
    """Forget all conversations on mails to one subscriber."""
    theirs = select(Delivery.id).where(Delivery.subscriber_id == subscriber_id)
    _forget(session, theirs.scalar_subquery())


def _forget(session: Session, numbers: ScalarSelect[int]) -> None:
    session.execute(
        delete(DeliveryTranscript).where(DeliveryTranscript.delivery_id.in_(numbers)),
        execution_options={"synchronize_session": False},
    )
