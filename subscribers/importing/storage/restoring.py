"""Putting people back as they stood before an import, where nothing has happened to them since.

In batches, and without a statement for each: an import may have changed everybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from subscribers import store as people
from subscribers.consent import ConsentOrigin
from subscribers.importing.storage import store
from subscribers.importing.storage.plan_writer import EVENT_COLUMNS
from subscribers.membership import Preferences, clean_name, described
from subscribers.models import (
    ConsentEvent,
    ConsentKind,
    Frequency,
    ImportChange,
    Subscriber,
    SubscriberStatus,
)
from subscribers.topics import Choice, choice_key

BATCH_SIZE = 500
"""Fewer than the parameters that any database takes in one statement."""


@dataclass(frozen=True, kw_only=True)
class _Batch:
    """What the database says of the people of some changes."""

    subscribers: dict[int, Subscriber]
    """Those who may be put back."""
    choices: dict[int, Choice]
    suppressed: frozenset[str]
    """Hashes of addresses."""


@dataclass(frozen=True, kw_only=True)
class _Done:
    """How somebody stands again."""

    kind: ConsentKind | None
    """Of the event; None where nothing they agreed to differs."""
    details: str = ""


def restore(
    session: Session,
    number: int,
    is_left_alone: ColumnElement[bool],
    origin: ConsentOrigin,
    now: datetime,
) -> int:
    """Put those who were here before an import as they stood; how many.

    Args:
        is_left_alone: the condition that a subscriber has neither been mailed nor done anything.
    """
    entered = select(Subscriber.id).where(Subscriber.import_id == number)
    changes: Sequence[ImportChange] = session.scalars(
        select(ImportChange)
        .where(ImportChange.import_id == number, ImportChange.subscriber_id.not_in(entered))
        .order_by(ImportChange.subscriber_id)
    ).all()
    starts = range(0, len(changes), BATCH_SIZE)
    numbers: dict[str, int] = {}
    return sum(
        _restored(session, changes[start : start + BATCH_SIZE], is_left_alone, numbers, origin, now)
        for start in starts
    )


def _restored(
    session: Session,
    changes: Sequence[ImportChange],
    is_left_alone: ColumnElement[bool],
    numbers: dict[str, int],
    origin: ConsentOrigin,
    now: datetime,
) -> int:
    batch = _look(session, changes, is_left_alone)
    done: dict[int, _Done] = {}
    for change in changes:
        subscriber = batch.subscribers.get(change.subscriber_id)
        if subscriber is None:
            continue
        if not change.has_ended:
            done[subscriber.id] = _as_before(session, change, subscriber, batch, numbers)
        elif (came := _come_back(change, subscriber, batch)) is not None:
            done[subscriber.id] = came
    session.flush()
    events = (
        (subscriber_id, now, each.kind, origin.source, each.details)
        for subscriber_id, each in done.items()
        if each.kind is not None
    )
    store.add(session, ConsentEvent, EVENT_COLUMNS, events)
    return len(done)


def _look(
    session: Session, changes: Sequence[ImportChange], is_left_alone: ColumnElement[bool]
) -> _Batch:
    other = aliased(ImportChange)
    later = exists().where(
        other.subscriber_id == Subscriber.id, other.import_id > changes[0].import_id
    )
    query = select(Subscriber).where(
        Subscriber.id.in_([change.subscriber_id for change in changes]), is_left_alone, ~later
    )
    subscribers = {each.id: each for each in session.scalars(query)}
    hashes = {each.address_hash for each in subscribers.values()}
    return _Batch(
        subscribers=subscribers,
        choices=people.choices_of(session, subscribers.values()),
        suppressed=frozenset(store.suppressions(session, hashes)),
    )


def _as_before(
    session: Session,
    change: ImportChange,
    subscriber: Subscriber,
    batch: _Batch,
    numbers: dict[str, int],
) -> _Done:
    """What an import has said of them is what the one before it said."""
    before = change.before
    choice = Choice(topics=tuple(before["topics"]), digests=tuple(before["digests"]))
    held = described(_wishes(subscriber, batch))
    subscriber.name = clean_name(before["name"])
    subscriber.language = before["language"]
    subscriber.frequency = Frequency(before["frequency"])
    subscriber.attributes = dict(before["attributes"])
    key = choice_key(choice.topics, choice.digests)
    if key not in numbers:
        numbers[key] = people.choice_for(session, choice)
    subscriber.choice_id = numbers[key]
    batch.choices[subscriber.choice_id] = choice
    details = described(_wishes(subscriber, batch))
    return _Done(kind=None if details == held else ConsentKind.CHANGED, details=details)


def _come_back(change: ImportChange, subscriber: Subscriber, batch: _Batch) -> _Done | None:
    """Their subscription goes on; None where something else forbids it."""
    is_over = subscriber.status is SubscriberStatus.ENDED
    if not is_over or subscriber.address_hash in batch.suppressed:
        return None
    before = change.before
    subscriber.status = SubscriberStatus(before["status"])
    subscriber.confirmed_at = _moment(before["confirmed_at"])
    subscriber.active_at = _moment(before["active_at"])
    subscriber.ended_at = None
    was_confirmed = subscriber.status is SubscriberStatus.CONFIRMED
    kind = ConsentKind.GIVEN if was_confirmed else ConsentKind.ASKED
    return _Done(kind=kind, details=described(_wishes(subscriber, batch)))


def _wishes(subscriber: Subscriber, batch: _Batch) -> Preferences:
    return Preferences(
        name=subscriber.name,
        choice=batch.choices[subscriber.choice_id],
        frequency=subscriber.frequency,
        language=subscriber.language,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
