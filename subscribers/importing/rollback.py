"""Rollback of an import; subscribers who were mailed or have acted since are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from newsletter.errors import Conflict
from subscribers import membership
from subscribers import store as people
from subscribers.consent import Origin, record
from subscribers.importing import history, store
from subscribers.importing.plan_writer import IMPORTED
from subscribers.membership import Preferences
from subscribers.models import (
    ConsentEvent,
    ConsentKind,
    Frequency,
    Import,
    ImportChange,
    Subscriber,
    SubscriberStatus,
    Suppression,
)
from subscribers.topics import Choice


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
    found = history.by_number(session, number)
    if found.undone_at is not None:
        raise Conflict(f"import {number} was taken back at {found.undone_at.isoformat()}")
    # The source marks it as the import's act, not the subscriber's.
    origin = Origin(source=f"{IMPORTED}{found.file}: import {number} taken back")
    is_entered = Subscriber.import_id == number
    is_untouched = ~_has_acted() & ~mailed & (Subscriber.status != SubscriberStatus.ERASED)
    entered = _count(session, is_entered & (Subscriber.status != SubscriberStatus.ERASED))
    lifted = _remove_suppressions(session, number)
    restored = _restore(session, found, mailed, origin, now)
    forgotten = _count(session, is_entered & is_untouched)
    _erase(session, select(Subscriber.id).where(is_entered, is_untouched), origin, now)
    found.undone_at = now
    found.finished_at = found.finished_at or now
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


def _erase(session: Session, chosen: Select[int], origin: Origin, now: datetime) -> None:
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


def _restore(
    session: Session, found: Import, mailed: ColumnElement[bool], origin: Origin, now: datetime
) -> int:
    """Restore the previous state of existing subscribers, unless it has changed since."""
    entered = select(Subscriber.id).where(Subscriber.import_id == found.id)
    rows: Sequence[ImportChange] = session.scalars(
        select(ImportChange).where(
            ImportChange.import_id == found.id, ImportChange.subscriber_id.not_in(entered)
        )
    ).all()
    return sum(_restored(session, change, mailed, origin, now) for change in rows)


def _restored(
    session: Session,
    change: ImportChange,
    mailed: ColumnElement[bool],
    origin: Origin,
    now: datetime,
) -> bool:
    subscriber = people.by_id(session, change.subscriber_id)
    if not _is_last(session, change, subscriber, mailed):
        return False
    if change.has_ended:
        return _resubscribe(session, change, subscriber, origin, now)
    before = change.before
    preferences = Preferences(
        name=before["name"],
        choice=Choice(topics=tuple(before["topics"]), digests=tuple(before["digests"])),
        frequency=Frequency(before["frequency"]),
        language=before["language"],
    )
    subscriber.attributes = dict(before["attributes"])
    membership.choose(session, subscriber, preferences, origin=origin, now=now)
    return True


def _resubscribe(
    session: Session, change: ImportChange, subscriber: Subscriber, origin: Origin, now: datetime
) -> bool:
    is_over = subscriber.status is SubscriberStatus.ENDED
    if not is_over or people.is_suppressed(session, subscriber):
        return False
    before = change.before
    subscriber.status = SubscriberStatus(before["status"])
    subscriber.confirmed_at = _moment(before["confirmed_at"])
    subscriber.active_at = _moment(before["active_at"])
    subscriber.ended_at = None
    was_confirmed = subscriber.status is SubscriberStatus.CONFIRMED
    kind = ConsentKind.GIVEN if was_confirmed else ConsentKind.ASKED
    details = membership.described(membership.preferences_of(session, subscriber))
    record(session, subscriber, kind, origin, now, details=details)
    return True


def _is_last(
    session: Session, change: ImportChange, subscriber: Subscriber, mailed: ColumnElement[bool]
) -> bool:
    """Whether nothing has happened since, by the subscriber or another import."""
    later = exists().where(
        ImportChange.subscriber_id == subscriber.id, ImportChange.import_id > change.import_id
    )
    acted = select(Subscriber.id).where(Subscriber.id == subscriber.id, or_(_has_acted(), mailed))
    return not session.scalar(select(later)) and session.scalar(acted) is None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
