"""Changing an address: remembered when asked for, done when confirmed at the new one, undone when
the old one objects within `OBJECTION_TIME`.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.errors import Conflict
from subscribers import consent, membership, store
from subscribers.addresses import hash_address
from subscribers.consent import ConsentOrigin
from subscribers.models import (
    AddressChange,
    AddressMove,
    ConsentKind,
    Subscriber,
    SubscriberStatus,
)

OBJECTION_TIME = timedelta(weeks=1)


@dataclass(frozen=True, kw_only=True)
class Moved:
    """Who has the new address, and who gave it up."""

    subscriber: Subscriber
    forgotten: Subscriber | None = None


def request_change(
    session: Session, subscriber: Subscriber, secret: str, address: str, now: datetime
) -> bool:
    """Remember the new address; whether it may be written to, to have it confirmed.

    A suppressed one is remembered like any other, and waits in vain: whoever has the link to the
    preferences sees no difference. Asking anew forgets the address asked for before.

    Args:
        address: normalised.
    """
    store.drop_address_change(session, subscriber)
    if address == subscriber.address:
        return False
    address_hash = hash_address(secret, address)
    change = AddressChange(
        subscriber_id=subscriber.id, address=address, address_hash=address_hash, asked_at=now
    )
    present = AddressMove(
        subscriber_id=subscriber.id,
        address=subscriber.address,
        address_hash=subscriber.address_hash,
        asked_at=now,
    )
    session.add_all([change, present])
    return store.find_suppression(session, address_hash) is None


def move(
    session: Session,
    subscriber: Subscriber,
    secret: str,
    *,
    origin: ConsentOrigin,
    now: datetime,
) -> Moved:
    """Use the new address from now on.

    Where the new address is on the list already, that subscriber stays, and this subscription
    ends; one that was never confirmed or has left gives the address up.

    Raises:
        Conflict: no change was asked for, they have left, or the address is suppressed.
    """
    change = store.address_change(session, subscriber)
    address, asked_at = change.address, change.asked_at
    if subscriber.status is not SubscriberStatus.CONFIRMED:
        raise Conflict("this link was good once; to join again, please fill in the form")
    address_hash = hash_address(secret, address)
    if store.find_suppression(session, address_hash) is not None:
        raise Conflict("this address cannot be used; please take another")
    store.drop_address_change(session, subscriber)
    previous = store.find_move_asked_at(session, subscriber, asked_at)
    if previous is not None:
        previous.moved_at = now
    return _take(session, subscriber, address, address_hash, origin=origin, now=now)


def can_object(session: Session, move: AddressMove, now: datetime) -> bool:
    """Whether a change of address can still be stopped or undone."""
    if move.moved_at is not None:
        return now - move.moved_at <= OBJECTION_TIME
    change = session.get(AddressChange, move.subscriber_id)
    is_waiting = change is not None and change.asked_at == move.asked_at
    return is_waiting or now - move.asked_at <= OBJECTION_TIME


def object_to(
    session: Session, move: AddressMove, *, origin: ConsentOrigin, now: datetime
) -> Moved:
    """Put back the address that a subscriber had when the change was asked for.

    A change that waits for the new address is forgotten; one that was confirmed is undone, with
    those made since. Where the subscription ended because the new address was on the list, it goes
    on. Every link to the preferences mailed until now ends, since one of them was misused.
    """
    subscriber = store.by_id(session, move.subscriber_id)
    address, address_hash = move.address, move.address_hash
    store.drop_address_change(session, subscriber)
    is_over = subscriber.status is SubscriberStatus.ENDED
    ended_by_move = is_over and subscriber.ended_at == move.moved_at
    store.drop_moves(session, subscriber, first=move.id)
    subscriber.address_since = now
    if subscriber.address != address:
        return _take(session, subscriber, address, address_hash, origin=origin, now=now)
    if ended_by_move and not store.is_suppressed(session, subscriber):
        membership.resubscribe(session, subscriber, origin=origin, now=now)
    return Moved(subscriber=subscriber)


def _take(
    session: Session,
    subscriber: Subscriber,
    address: str,
    address_hash: str,
    *,
    origin: ConsentOrigin,
    now: datetime,
) -> Moved:
    """Give a subscriber an address, whoever had it before."""
    other = store.find_by_hash(session, address_hash)
    if other is subscriber:
        other = None  # Only spelt in another way.
    if other is not None and other.status is SubscriberStatus.CONFIRMED:
        ended = replace(origin, source=f"{origin.source}, at an address that was on the list")
        membership.leave(session, subscriber, origin=ended, now=now)
        return Moved(subscriber=other)
    if other is not None:
        # The address belongs to who proved it; what was left of the other stays countable.
        membership.forget(session, other)
        session.flush()
    subscriber.address, subscriber.address_hash = address, address_hash
    subscriber.active_at = subscriber.address_since = now
    consent.record(session, subscriber, ConsentKind.MOVED, origin, now)
    return Moved(subscriber=subscriber, forgotten=other)
