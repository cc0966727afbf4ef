"""Queries on subscribers, suppression and consent. Never commits."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, func, select
from sqlalchemy.orm import Session

from newsletter.database import insert_of
from newsletter.errors import Conflict, ResourceNotFound
from subscribers.models import (
    AddressChange,
    AddressMove,
    ConsentEvent,
    ConsentKind,
    Departure,
    Subscriber,
    SubscriberStatus,
    Suppression,
    TopicChoice,
)
from subscribers.topics import Choice, choice_key
from subscribers.topics import choice_of as read_key

# Compiled once, executed without the ORM: both are the cost of a burst of sign-ups.
_CHOICES = select(TopicChoice.id).where(TopicChoice.key == bindparam("key"))
_HOLDERS = (
    select(Subscriber.id)
    .where(Subscriber.address_hash == bindparam("address_hash"), Subscriber.address.is_not(None))
    .order_by(Subscriber.id)
    .limit(1)
)
_REASONS = select(Suppression.reason).where(Suppression.address_hash == bindparam("address_hash"))
_LOCK = (
    select(Subscriber.id)
    .where(Subscriber.id == bindparam("subscriber"))
    .with_for_update(key_share=True)
)
_CHANGES = select(AddressChange.subscriber_id).where(
    AddressChange.subscriber_id == bindparam("subscriber")
)


def by_address(session: Session, address: str) -> Subscriber:
    """The subscriber; raises ResourceNotFound if there is none."""
    subscriber = find_by_address(session, address)
    if subscriber is None:
        raise ResourceNotFound(f"no subscriber has the address {address}")
    return subscriber


def find_by_address(session: Session, address: str) -> Subscriber | None:
    return session.scalar(select(Subscriber).where(Subscriber.address == address))


def find_by_hash(session: Session, address_hash: str) -> Subscriber | None:
    """The subscriber with this address, case-insensitive."""
    number = _holder(session, address_hash)
    return None if number is None else session.get(Subscriber, number)


def find_by_hash_for_change(session: Session, address_hash: str) -> Subscriber | None:
    """The subscriber with this address, locked."""
    number = _holder(session, address_hash)
    if number is None:
        return None
    lock(session, number)
    subscriber = session.get(Subscriber, number, populate_existing=True)
    # Whoever held the lock may have forgotten them or taken the address over.
    is_theirs = subscriber is not None and subscriber.address_hash == address_hash
    return subscriber if is_theirs else None


def _holder(session: Session, address_hash: str) -> int | None:
    session.flush()
    return session.connection().scalar(_HOLDERS, {"address_hash": address_hash})


def by_id(session: Session, subscriber_id: int) -> Subscriber:
    """The subscriber; raises ResourceNotFound if there is none."""
    subscriber = find_by_id(session, subscriber_id)
    if subscriber is None:
        raise ResourceNotFound(f"there is no subscriber {subscriber_id}")
    return subscriber


def by_id_for_change(session: Session, subscriber_id: int) -> Subscriber:
    """The subscriber, locked, as whoever changed them before left them.

    Raises:
        ResourceNotFound: there is none.
    """
    lock(session, subscriber_id)
    subscriber = session.get(Subscriber, subscriber_id, populate_existing=True)
    if subscriber is None:
        raise ResourceNotFound(f"there is no subscriber {subscriber_id}")
    return subscriber


def find_by_id(session: Session, subscriber_id: int) -> Subscriber | None:
    return session.get(Subscriber, subscriber_id)


def lock(session: Session, subscriber_id: int) -> None:
    """Others who lock the subscriber wait until this transaction ends; events can be added.

    What was loaded before may be out of date. On SQLite, which has one writer at a time, nobody
    else writes anyhow.
    """
    session.connection().execute(_LOCK, {"subscriber": subscriber_id})


def count_by_status(session: Session) -> dict[SubscriberStatus, int]:
    """The number of subscribers by status."""
    query = select(Subscriber.status, func.count()).group_by(Subscriber.status)
    return dict(session.execute(query).all())


def count_confirmed_since(session: Session, since: datetime) -> int:
    """How many have confirmed since then and are still here."""
    query = select(func.count()).select_from(Subscriber)
    is_here = Subscriber.status == SubscriberStatus.CONFIRMED
    return session.scalar(query.where(is_here, Subscriber.confirmed_at >= since)) or 0


def count_left_since(session: Session, since: datetime) -> int:
    """How many have left since then."""
    query = select(func.count()).select_from(Subscriber)
    return session.scalar(query.where(Subscriber.ended_at >= since)) or 0


def choice_for(session: Session, choice: Choice) -> int:
    """The id of this choice; inserted if new."""
    key = choice_key(choice.topics, choice.digests)
    connection = session.connection()
    choice_id: int | None = connection.scalar(_CHOICES, {"key": key})
    if choice_id is not None:
        return choice_id
    # A concurrent insert of the same row is fine.
    connection.execute(insert_of(session, TopicChoice).values(key=key).on_conflict_do_nothing())
    return connection.execute(_CHOICES, {"key": key}).scalar_one()


def choices(session: Session) -> dict[int, Choice]:
    """Every choice of topics and digests, by id."""
    rows = session.execute(select(TopicChoice.id, TopicChoice.key))
    return {number: read_key(key) for number, key in rows}


def choice_of(session: Session, subscriber: Subscriber) -> Choice:
    """The subscriber's choice of topics and digests."""
    query = select(TopicChoice.key).where(TopicChoice.id == subscriber.choice_id)
    return read_key(session.scalars(query).one())


def choices_of(session: Session, people: Iterable[Subscriber]) -> dict[int, Choice]:
    """Their choices of topics and digests, by id."""
    choice_ids = {person.choice_id for person in people}
    query = select(TopicChoice.id, TopicChoice.key).where(TopicChoice.id.in_(choice_ids))
    return {number: read_key(key) for number, key in session.execute(query)}


def find_address_change(session: Session, subscriber: Subscriber) -> AddressChange | None:
    """The requested change of address, if any."""
    return session.get(AddressChange, subscriber.id)


def address_change(session: Session, subscriber: Subscriber) -> AddressChange:
    """The requested change; raises Conflict if there is none."""
    change = find_address_change(session, subscriber)
    if change is None:
        raise Conflict(f"subscriber {subscriber.id} has asked for no other address")
    return change


def drop_address_change(session: Session, subscriber: Subscriber) -> None:
    session.flush()
    if session.connection().execute(_CHANGES, {"subscriber": subscriber.id}).first() is None:
        return
    session.execute(
        delete(AddressChange).where(AddressChange.subscriber_id == subscriber.id),
        execution_options={"synchronize_session": "evaluate"},
    )


def find_move(session: Session, number: int) -> AddressMove | None:
    """The change of address with this number, asked for or made, while it can be objected to."""
    return session.get(AddressMove, number)


def find_move_asked_at(
    session: Session, subscriber: Subscriber, asked_at: datetime
) -> AddressMove | None:
    """What is kept of a change of address that was asked for at this moment."""
    query = select(AddressMove).where(
        AddressMove.subscriber_id == subscriber.id, AddressMove.asked_at == asked_at
    )
    return session.scalars(query.order_by(AddressMove.id.desc()).limit(1)).first()


def moves_of(session: Session, subscriber: Subscriber) -> list[AddressMove]:
    """The changes of address that can be objected to, oldest first."""
    query = select(AddressMove).where(AddressMove.subscriber_id == subscriber.id)
    return list(session.scalars(query.order_by(AddressMove.id)))


def drop_moves(session: Session, subscriber: Subscriber, first: int = 0) -> None:
    """Drop can object any more to these changes of address, from this number on."""
    session.execute(
        delete(AddressMove).where(
            AddressMove.subscriber_id == subscriber.id, AddressMove.id >= first
        ),
        execution_options={"synchronize_session": "evaluate"},
    )


def drop_old_moves(session: Session, asked_before: datetime, moved_before: datetime) -> int:
    """Forget the changes of address that can be objected to no more; how many."""
    result = session.execute(
        delete(AddressMove)
        .where(
            (AddressMove.moved_at < moved_before)
            | (AddressMove.moved_at.is_(None) & (AddressMove.asked_at < asked_before))
        )
        .returning(AddressMove.id),
        execution_options={"synchronize_session": False},
    )
    return len(result.all())


def drop_changes_to(session: Session, address_hash: str) -> None:
    """Nobody is to be mailed at this address any more: forget who asked to be, or once was."""
    for table in (AddressChange, AddressMove):
        session.execute(
            delete(table).where(table.address_hash == address_hash),
            execution_options={"synchronize_session": "evaluate"},
        )


def add_departure(session: Session, reason: str, words: str, now: datetime) -> None:
    session.add(Departure(at=now, reason=reason, words=words))


def departures(session: Session, since: datetime) -> list[Departure]:
    """Reasons for leaving since then, newest first."""
    query = select(Departure).where(Departure.at >= since).order_by(Departure.id.desc())
    return list(session.scalars(query))


def unconfirmed_since(session: Session, before: datetime, limit: int) -> list[Subscriber]:
    """Pending subscribers whose last sign-up was before this, up to a limit."""
    asked_since = exists().where(
        ConsentEvent.subscriber_id == Subscriber.id,
        ConsentEvent.kind == ConsentKind.ASKED,
        ConsentEvent.at >= before,
    )
    query = select(Subscriber).where(
        Subscriber.status == SubscriberStatus.PENDING, Subscriber.joined_at < before, ~asked_since
    )
    return list(session.scalars(query.limit(limit)))


def find_suppression(session: Session, address_hash: str) -> Suppression | None:
    return session.get(Suppression, address_hash)


def suppression_reason(session: Session, address_hash: str) -> str | None:
    """The reason of a suppression; None if there is none."""
    session.flush()
    reason: str | None = session.connection().scalar(_REASONS, {"address_hash": address_hash})
    return reason


def is_suppressed(session: Session, subscriber: Subscriber) -> bool:
    return find_suppression(session, subscriber.address_hash) is not None


def add_suppression(session: Session, address_hash: str, reason: str, now: datetime) -> bool:
    """Suppress an address; True if new. An existing reason is kept.

    It is then no longer an import's alone, so that a rollback keeps it.
    """
    return address_hash in add_suppressions(session, {address_hash: reason}, now)


def add_suppressions(session: Session, reasons: Mapping[str, str], now: datetime) -> set[str]:
    """Suppress addresses for a reason each; those that are new. As `add_suppression`."""
    query = select(Suppression).where(Suppression.address_hash.in_(reasons))
    by_hash = {subscriber.address_hash: subscriber for subscriber in session.scalars(query)}
    for subscriber in by_hash.values():
        subscriber.import_id = None
    new = set(reasons) - by_hash.keys()
    session.add_all(
        Suppression(address_hash=address_hash, reason=reasons[address_hash], created_at=now)
        for address_hash in sorted(new)
    )
    return new


def remove_suppression(session: Session, address_hash: str) -> bool:
    """Remove a suppression; True if there was one."""
    result = session.execute(
        delete(Suppression)
        .where(Suppression.address_hash == address_hash)
        .returning(Suppression.address_hash)
    )
    return result.first() is not None


def last_number(session: Session) -> int:
    """The number of the newest subscriber: about how many there are, without counting."""
    return session.scalar(select(func.max(Subscriber.id))) or 0
