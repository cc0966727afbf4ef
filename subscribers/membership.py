"""Joining, confirming, choosing and leaving: what each does to a subscriber and the ledger.

Sends nothing: whoever calls is told what is due and sees to it.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.errors import Conflict
from subscribers import store
from subscribers.addresses import hash_address, normalise_address
from subscribers.consent import Origin, record
from subscribers.models import ConsentKind, Frequency, Subscriber, SubscriberStatus
from subscribers.topics import Choice

MAX_NAME_CHARACTERS = 200
OVER = frozenset({SubscriberStatus.ENDED, SubscriberStatus.ERASED})


@dataclass(frozen=True, kw_only=True)
class Joining:
    """What a person, or the administrator for her, entered."""

    address: str
    name: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    frequency: Frequency = Frequency.REGULAR


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What somebody wants to be sent, and how she is addressed."""

    name: str
    choice: Choice
    frequency: Frequency
    language: str = ""


def join(
    session: Session,
    secret: str,
    joining: Joining,
    *,
    origin: Origin,
    proven: bool,
    now: datetime,
) -> Subscriber:
    """Enter an address as pending, or as confirmed where consent is already proven.

    Asking again for a confirmed address changes her choices only when proven; who is pending or
    has left is asked about what she entered last.

    Args:
        proven: the administrator holds proof of consent.

    Raises:
        InvalidInput: not a mail address.
        Conflict: the address is suppressed.
    """
    address = normalise_address(joining.address)
    address_hash = hash_address(secret, address)
    reason = store.suppression_reason(session, address_hash)
    if reason is not None:
        raise Conflict(
            f"{address} is suppressed ({reason}); if she asks to be mailed again, "
            f"lift it first: newsletter subscribers unsuppress {address}"
        )
    wishes = _wishes(joining)
    # Ann@ and ann@ are one mailbox wherever mail is read; two subscribers would be mailed twice.
    subscriber = store.find_by_hash(session, address_hash)
    if subscriber is None:
        subscriber = Subscriber(
            address=address,
            address_hash=address_hash,
            status=SubscriberStatus.PENDING,
            source=origin.source,
            joined_at=now,
        )
        _apply(session, subscriber, wishes)
        session.add(subscriber)
        session.flush()
    elif subscriber.status is not SubscriberStatus.CONFIRMED:
        _apply(session, subscriber, wishes)
    elif proven:
        choose(session, subscriber, wishes, origin=origin, now=now)
        return subscriber
    if subscriber.status is SubscriberStatus.ENDED:
        subscriber.status, subscriber.joined_at = SubscriberStatus.PENDING, now
        pause(subscriber, None)
    if subscriber.status is SubscriberStatus.PENDING and subscriber.address != address:
        subscriber.address = address  # As she spells it now.
    record(session, subscriber, ConsentKind.ASKED, origin, now, details=described(wishes))
    if proven:
        confirm(session, subscriber, origin=origin, now=now)
    return subscriber


def confirm(session: Session, subscriber: Subscriber, *, origin: Origin, now: datetime) -> bool:
    """Mark a pending subscriber as confirmed; False where she was already.

    Raises:
        Conflict: she has left or was erased meanwhile.
    """
    if subscriber.status is SubscriberStatus.CONFIRMED:
        return False
    if subscriber.status is not SubscriberStatus.PENDING:
        raise Conflict(
            f"{subscriber.address or f'subscriber {subscriber.id}'} is {subscriber.status} and "
            "must join anew; with proof of that: newsletter subscribers add ADDRESS --consent PROOF"
        )
    _begin(subscriber, now)
    details = described(wishes_of(session, subscriber))
    record(session, subscriber, ConsentKind.GIVEN, origin, now, details=details)
    return True


def leave(session: Session, subscriber: Subscriber, *, origin: Origin, now: datetime) -> bool:
    """End a subscription; whether it was not over already."""
    if subscriber.status in OVER:
        return False
    _end(session, subscriber, now)
    record(session, subscriber, ConsentKind.WITHDRAWN, origin, now)
    return True


def come_back(session: Session, subscriber: Subscriber, *, origin: Origin, now: datetime) -> bool:
    """Undo her leaving, with what she had chosen; False where that is undone already.

    Raises:
        Conflict: she is suppressed, was erased meanwhile, or had never confirmed.
    """
    if subscriber.status is SubscriberStatus.CONFIRMED:
        return False
    if subscriber.status is not SubscriberStatus.ENDED or subscriber.confirmed_at is None:
        raise Conflict(f"subscriber {subscriber.id} is {subscriber.status}; she must join anew")
    if store.is_suppressed(session, subscriber):
        raise Conflict(f"subscriber {subscriber.id} is suppressed and is mailed no more")
    _begin(subscriber, now)
    details = described(wishes_of(session, subscriber))
    record(session, subscriber, ConsentKind.GIVEN, origin, now, details=details)
    return True


def pause(subscriber: Subscriber, until: datetime | None) -> None:
    """Send nothing until then; None ends a pause."""
    subscriber.paused_until = until


def with_frequency(wishes: Wishes, frequency: Frequency) -> Wishes:
    """The same wishes, sent as often as that."""
    return replace(wishes, frequency=frequency)


def choose(
    session: Session, subscriber: Subscriber, wishes: Wishes, *, origin: Origin, now: datetime
) -> bool:
    """Set what she wants to be sent; whether that changes anything she agreed to."""
    before = described(wishes_of(session, subscriber))
    _apply(session, subscriber, wishes)
    after = described(wishes_of(session, subscriber))
    if after == before:
        return False
    record(session, subscriber, ConsentKind.CHANGED, origin, now, details=after)
    return True


def wishes_of(session: Session, subscriber: Subscriber) -> Wishes:
    """What she chose."""
    return Wishes(
        name=subscriber.name,
        choice=store.choice_of(session, subscriber),
        frequency=subscriber.frequency,
        language=subscriber.language,
    )


def described(wishes: Wishes) -> str:
    """What she agreed to be sent, as the ledger of consent keeps it; her name is left out."""
    parts = [wishes.frequency.value]
    if wishes.choice.topics:
        parts.append(f"topics: {', '.join(wishes.choice.topics)}")
    if wishes.choice.digests:
        parts.append(f"digests: {', '.join(wishes.choice.digests)}")
    if wishes.language:
        parts.append(f"language: {wishes.language}")
    return "; ".join(parts)


def object_to(session: Session, subscriber: Subscriber, *, origin: Origin, now: datetime) -> bool:
    """End a subscription, never mail the address again (UK GDPR, art. 21); whether that is new."""
    is_on = subscriber.status not in OVER
    if is_on:
        _end(session, subscriber, now)
    is_new = store.add_suppression(session, subscriber.address_hash, "objected", now) or is_on
    if is_new:
        record(session, subscriber, ConsentKind.OBJECTED, origin, now)
    return is_new


def erase(session: Session, subscriber: Subscriber, *, origin: Origin, now: datetime) -> None:
    """Forget the person; the hash stays suppressed and the number stays for the ledger."""
    if subscriber.status is SubscriberStatus.ERASED:
        return
    if subscriber.status is not SubscriberStatus.ENDED:
        _end(session, subscriber, now)
    store.add_suppression(session, subscriber.address_hash, "erased at her own wish", now)
    store.drop_changes_to(session, subscriber.address_hash)
    record(session, subscriber, ConsentKind.ERASED, origin, now)
    session.flush()
    _empty(session, subscriber)


def forget(session: Session, subscriber: Subscriber) -> None:
    """Leave nothing of a person but her number and her events, not even the hash."""
    _empty(session, subscriber)
    subscriber.address_hash = ""


def clean_name(name: str) -> str:
    """A name as it may stand in headers and texts: one line, no control characters."""
    printable = "".join(c if c.isprintable() else " " for c in name)
    return " ".join(printable.split())[:MAX_NAME_CHARACTERS]


def _begin(subscriber: Subscriber, now: datetime) -> None:
    subscriber.status, subscriber.confirmed_at = SubscriberStatus.CONFIRMED, now
    subscriber.active_at, subscriber.ended_at = now, None


def _end(session: Session, subscriber: Subscriber, now: datetime) -> None:
    subscriber.status, subscriber.ended_at = SubscriberStatus.ENDED, now
    store.drop_address_change(session, subscriber)


def _empty(session: Session, subscriber: Subscriber) -> None:
    store.forget_networks_of(session, subscriber)
    store.drop_address_change(session, subscriber)
    store.drop_moves(session, subscriber)
    subscriber.status = SubscriberStatus.ERASED
    subscriber.address, subscriber.name, subscriber.language = None, "", ""
    subscriber.attributes, subscriber.source, subscriber.active_at = {}, "", None


def _apply(session: Session, subscriber: Subscriber, wishes: Wishes) -> None:
    subscriber.name = clean_name(wishes.name)
    subscriber.language, subscriber.frequency = wishes.language, wishes.frequency
    subscriber.choice_id = store.choice_for(session, wishes.choice)


def _wishes(joining: Joining) -> Wishes:
    return Wishes(
        name=joining.name,
        choice=Choice(topics=joining.topics, digests=joining.digests),
        frequency=joining.frequency,
        language=joining.language,
    )
