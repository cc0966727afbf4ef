"""Changing an address: remembered when asked for, done when confirmed at the new one."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.errors import Conflict
from subscribers import consent, membership, store
from subscribers.addresses import hash_address
from subscribers.consent import Origin
from subscribers.models import AddressChange, ConsentKind, Subscriber, SubscriberStatus


def ask_to_move(
    session: Session, subscriber: Subscriber, secret: str, address: str, now: datetime
) -> bool:
    """Remember the new address; whether it may be written to, to have it confirmed.

    Asking anew forgets the address asked for before.

    Args:
        address: normalised.
    """
    store.drop_address_change(session, subscriber)
    if address == subscriber.address:
        return False
    if store.find_suppression(session, hash_address(secret, address)) is not None:
        return False
    session.add(AddressChange(subscriber_id=subscriber.id, address=address, asked_at=now))
    return True


def move(
    session: Session,
    subscriber: Subscriber,
    secret: str,
    *,
    origin: Origin,
    now: datetime,
) -> Subscriber:
    """Mail her at the new address from now on; returns the subscriber who has it.

    Where the new address is on the list already, she is that subscriber, and this subscription
    ends; one that was never confirmed or has left gives the address up.

    Raises:
        Conflict: she has asked for no change, has left, or the address is suppressed.
    """
    address = store.address_change(session, subscriber).address
    if subscriber.status is not SubscriberStatus.CONFIRMED:
        raise Conflict("this link was good once; to join again, please fill in the form")
    address_hash = hash_address(secret, address)
    if store.find_suppression(session, address_hash) is not None:
        raise Conflict("this address cannot be used; please take another")
    store.drop_address_change(session, subscriber)
    other = store.find_by_address(session, address)
    if other is not None and other.status is SubscriberStatus.CONFIRMED:
        ended = replace(origin, source=f"{origin.source}, at an address that was on the list")
        membership.leave(session, subscriber, origin=ended, now=now)
        return other
    if other is not None:
        # The address belongs to who proved it; what was left of the other stays countable.
        membership.forget(session, other)
        session.flush()
    subscriber.address, subscriber.address_hash = address, address_hash
    subscriber.active_at = now
    consent.record(session, subscriber, ConsentKind.MOVED, origin, now)
    return subscriber
