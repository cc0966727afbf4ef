"""Every query on subscribers, suppression and consent. Never commits."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from newsletter.errors import ResourceNotFound
from subscribers.models import (
    ConsentEvent,
    ConsentKind,
    Subscriber,
    SubscriberStatus,
    Suppression,
    TopicChoice,
)
from subscribers.topics import choice_key, topics_of


def by_address(session: Session, address: str) -> Subscriber:
    """Raises ResourceNotFound where nobody has this address."""
    found = find_by_address(session, address)
    if found is None:
        raise ResourceNotFound(f"no subscriber has the address {address}")
    return found


def find_by_address(session: Session, address: str) -> Subscriber | None:
    return session.scalar(select(Subscriber).where(Subscriber.address == address))


def by_id(session: Session, subscriber_id: int) -> Subscriber:
    """Raises ResourceNotFound where nobody has this number."""
    found = session.get(Subscriber, subscriber_id)
    if found is None:
        raise ResourceNotFound(f"there is no subscriber {subscriber_id}")
    return found


def newest(session: Session, status: SubscriberStatus | None, limit: int) -> list[Subscriber]:
    query = select(Subscriber).order_by(Subscriber.id.desc()).limit(limit)
    if status is not None:
        query = query.where(Subscriber.status == status)
    return list(session.scalars(query))


def count_by_status(session: Session) -> dict[SubscriberStatus, int]:
    rows = session.execute(select(Subscriber.status, func.count()).group_by(Subscriber.status))
    return dict(rows.all())


def choice_for(session: Session, topics: Iterable[str]) -> int:
    """The number of the row for these topics, made if it is the first such choice."""
    key = choice_key(topics)
    found = session.scalar(select(TopicChoice.id).where(TopicChoice.key == key))
    if found is not None:
        return found
    choice = TopicChoice(key=key)
    session.add(choice)
    session.flush()
    return choice.id


def choices(session: Session) -> dict[int, tuple[str, ...]]:
    """Every choice of topics by its number; no topics means all."""
    rows = session.execute(select(TopicChoice.id, TopicChoice.key))
    return {number: topics_of(key) for number, key in rows}


def chosen_topics(session: Session, subscriber: Subscriber) -> tuple[str, ...]:
    key = session.scalars(
        select(TopicChoice.key).where(TopicChoice.id == subscriber.choice_id)
    ).one()
    return topics_of(key)


def record_consent(
    session: Session,
    subscriber: Subscriber,
    kind: ConsentKind,
    source: str,
    now: datetime,
    wording: str = "",
) -> None:
    session.add(
        ConsentEvent(subscriber_id=subscriber.id, at=now, kind=kind, source=source, wording=wording)
    )


def unconfirmed_since(session: Session, before: datetime) -> list[Subscriber]:
    """Those who asked to join before this and have not confirmed."""
    query = select(Subscriber).where(Subscriber.status == SubscriberStatus.PENDING)
    return list(session.scalars(query.where(Subscriber.joined_at < before)))


def consent_of(session: Session, subscriber: Subscriber) -> list[ConsentEvent]:
    """Her whole history, oldest first."""
    query = select(ConsentEvent).where(ConsentEvent.subscriber_id == subscriber.id)
    return list(session.scalars(query.order_by(ConsentEvent.id)))


def find_suppression(session: Session, address_hash: str) -> Suppression | None:
    return session.get(Suppression, address_hash)


def add_suppression(session: Session, address_hash: str, reason: str, now: datetime) -> bool:
    """Whether the address is newly suppressed; a first reason is kept."""
    if find_suppression(session, address_hash) is not None:
        return False
    session.add(Suppression(address_hash=address_hash, reason=reason, created_at=now))
    return True


def remove_suppression(session: Session, address_hash: str) -> bool:
    """Whether there was one."""
    result = session.execute(
        delete(Suppression)
        .where(Suppression.address_hash == address_hash)
        .returning(Suppression.address_hash)
    )
    return result.first() is not None
