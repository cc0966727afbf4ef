"""Change of a subscriber's address: requested, then confirmed at the new one."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.errors import Conflict
from subscribers import consent, membership, store
from subscribers.addresses import hash_address
from subscribers.consent import Origin
from subscribers.models import AddressChange, ConsentKind, Subscriber, SubscriberStatus


@dataclass(frozen=True, kw_only=True)
class AddressChanged:
    """The subscriber with the new address, and the one who gave it up."""

    subscriber: Subscriber
    forgotten: Subscriber | None = None


def request_change(
    session: Session, subscriber: Subscriber, secret: str, address: str, now: datetime
) -> bool:
    """Store the new address; True if a confirmation may be sent there.

    Replaces an earlier request.

    Args:
        address: normalised.
    """
    store.drop_address_change(session, subscriber)
    address_hash = hash_address(secret, address)
    if address == subscriber.address or store.find_suppression(session, address_hash) is not None:
        return False
    change = AddressChange(
        subscriber_id=subscriber.id, address=address, address_hash=address_hash, asked_at=now
    )
    session.add(change)
    return True


def complete_change(
    session: Session,
    subscriber: Subscriber,
    secret: str,
    *,
    origin: Origin,
    now: datetime,
) -> AddressChanged:
    """Set the subscriber's address to the confirmed new one.

    If the new address is on the list already, this subscription ends in favour of that one; a
    pending or ended subscriber gives the address up.

    Raises:
        Conflict: no change was requested, they have left, or the address is suppressed.
    """
    address = store.address_change(session, subscriber).address
    if subscriber.status is not SubscriberStatus.CONFIRMED:
        raise Conflict("this link was good once; to join again, please fill in the form")
    address_hash = hash_address(secret, address)
    if store.find_suppression(session, address_hash) is not None:
        raise Conflict("this address cannot be used; please take another")
    store.drop_address_change(session, subscriber)
    other = store.find_by_hash(session, address_hash)
    if other is subscriber:
        other = None  # Only the spelling differs.
    if other is not None and other.status is SubscriberStatus.CONFIRMED:
        ended = replace(origin, source=f"{origin.source}, at an address that was on the list")
        membership.leave(session, subscriber, origin=ended, now=now)
        return AddressChanged(subscriber=other)
    if other is not None:
        # The address belongs to whoever confirmed it; the other subscriber stays countable.
        membership.forget(session, other)
        session.flush()
    subscriber.address, subscriber.address_hash = address, address_hash
    subscriber.active_at = now
    consent.record(session, subscriber, ConsentKind.MOVED, origin, now)
    return AddressChanged(subscriber=subscriber, forgotten=other)
