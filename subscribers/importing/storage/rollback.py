"""Rollback of an import; subscribers who were mailed or have acted since are kept."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from newsletter.errors import Conflict
from subscribers.consent import ConsentOrigin
from subscribers.importing.storage import history, store
from subscribers.importing.storage.plan_writer import IMPORTED
from subscribers.importing.storage.restoring import restore
from subscribers.models import (
    ConsentEvent,
    ConsentKind,
    Subscriber,
    SubscriberStatus,
    Suppression,
)


@dataclass(frozen=True, kw_only=True)
class RollbackResult:
    """Counts of a rollback."""

    forgotten: int
    """Added subscribers who were removed."""
    kept: int
    """Added subscribers who were kept: mailed, or active since."""
    lifted: int
    """Suppressions removed: only this import had them."""
    restored: int
    """Existing subscribers whose previous state was restored."""


def roll_back(
    session: Session, number: int, mailed: ColumnElement[bool], now: datetime
) -> RollbackResult:
    """Roll an import back, in one transaction.

    Args:
        mailed: the condition for subscribers who were or are about to be mailed.

    Raises:
        ResourceNotFound: there is no such import.
        Conflict: it was rolled back before.
    """
    store.begin(session)
    entry = history.by_number(session, number)
    if entry.undone_at is not None:
        raise Conflict(f"import {number} was taken back at {entry.undone_at.isoformat()}")
    # The source marks it as the import's act, not the subscriber's.
    origin = ConsentOrigin(source=f"{IMPORTED}{entry.file}: import {number} taken back")
    is_entered = Subscriber.import_id == number
    is_left_alone = ~_has_acted() & ~mailed
    is_untouched = is_left_alone & (Subscriber.status != SubscriberStatus.ERASED)
    entered = _count(session, is_entered & (Subscriber.status != SubscriberStatus.ERASED))
    lifted = _remove_suppressions(session, number)
    restored = restore(session, number, is_left_alone, origin, now)
    forgotten = _count(session, is_entered & is_untouched)
    _erase(session, select(Subscriber.id).where(is_entered, is_untouched), origin, now)
    entry.undone_at = now
    entry.finished_at = entry.finished_at or now
    return RollbackResult(
        forgotten=forgotten, kept=entered - forgotten, lifted=lifted, restored=restored
    )


def _has_acted() -> ColumnElement[bool]:
    """Whether a subscriber has acted since, apart from imports."""
    event = (
        select(ConsentEvent.id)
        .where(ConsentEvent.subscriber_id == Subscriber.id)
        .where(~ConsentEvent.source.startswith(IMPORTED, autoescape=True))
    )
    return or_(
        event.exists(),
        and_(Subscriber.active_at.is_not(None), Subscriber.confirmed_at.is_(None)),
        # A comparison with NULL would make the negation NULL for everybody.
        and_(
            Subscriber.active_at.is_not(None),
            Subscriber.confirmed_at.is_not(None),
            Subscriber.active_at != Subscriber.confirmed_at,
        ),
    )


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Subscriber).where(condition)) or 0


def _remove_suppressions(session: Session, number: int) -> int:
    result = session.execute(
        delete(Suppression)
        .where(Suppression.import_id == number)
        .returning(Suppression.address_hash),
        execution_options={"synchronize_session": False},
    )
    return len(result.all())


def _erase(session: Session, chosen: Select[int], origin: ConsentOrigin, now: datetime) -> None:
    """Remove all personal data except ids and events."""
    columns = ("subscriber_id", "at", "kind", "source", "wording", "wording_version", "details")
    kind = literal(ConsentKind.UNDONE, ConsentEvent.kind.type)
    at = literal(now, ConsentEvent.at.type)
    empty = literal("")
    rows = select(chosen.subquery().c.id, at, kind, literal(origin.source), empty, empty, empty)
    session.execute(insert(ConsentEvent).from_select(columns, rows))
    # Excludes the events just written, which are not the subscriber's acts.
    done = select(ConsentEvent.subscriber_id).where(
        ConsentEvent.kind == ConsentKind.UNDONE, ConsentEvent.source == origin.source
    )
    session.execute(
        update(Subscriber)
        .where(Subscriber.id.in_(done))
        .values(
            status=SubscriberStatus.ERASED,
            address=None,
            address_hash="",
            name="",
            language="",
            attributes={},
            source="",
            search_text="",
            active_at=None,
        ),
        execution_options={"synchronize_session": False},
    )
