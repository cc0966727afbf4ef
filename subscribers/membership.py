"""Joining, confirming, choosing and leaving: what each does to a subscriber and the ledger.

Sends nothing: whoever calls is told what is due and sees to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.errors import Conflict
from subscribers import store
from subscribers.addresses import hash_address, normalise_address
from subscribers.models import ConsentKind, Frequency, Subscriber, SubscriberStatus

MAX_NAME_CHARACTERS = 200


@dataclass(frozen=True, kw_only=True)
class Joining:
    """What a person, or the administrator for her, entered."""

    address: str
    name: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()
    frequency: Frequency = Frequency.EVERYTHING


def join(
    session: Session,
    secret: str,
    joining: Joining,
    *,
    source: str,
    proven: bool,
    now: datetime,
    wording: str = "",
) -> Subscriber:
    """Enter an address as pending, or as confirmed where consent is already proven.

    Asking again for a pending or confirmed address changes her choices only when proven; a
    person who left starts anew.

    Args:
        source: what the consent ledger shall say.
        proven: the administrator holds proof of consent.
        wording: the words she was shown.

    Raises:
        InvalidInput: not a mail address.
        Conflict: the address is suppressed.
    """
    address = normalise_address(joining.address)
    address_hash = hash_address(secret, address)
    suppression = store.find_suppression(session, address_hash)
    if suppression is not None:
        raise Conflict(
            f"{address} is suppressed ({suppression.reason}); if she asks to be mailed again, "
            f"lift it first: newsletter subscribers unsuppress {address}"
        )
    subscriber = store.find_by_address(session, address)
    if subscriber is None:
        subscriber = Subscriber(
            address=address,
            address_hash=address_hash,
            status=SubscriberStatus.PENDING,
            joined_at=now,
            choice_id=store.choice_for(session, joining.topics),
        )
        session.add(subscriber)
        _choose(session, subscriber, joining)
        session.flush()
    elif proven or subscriber.status is SubscriberStatus.ENDED:
        _choose(session, subscriber, joining)
    if subscriber.status is SubscriberStatus.ENDED:
        subscriber.status, subscriber.joined_at = SubscriberStatus.PENDING, now
    store.record_consent(session, subscriber, ConsentKind.ASKED, source, now, wording)
    if proven:
        confirm(session, subscriber, source=source, now=now)
    return subscriber


def confirm(session: Session, subscriber: Subscriber, *, source: str, now: datetime) -> None:
    """Mark a pending subscriber as confirmed; confirming again changes nothing.

    Raises:
        Conflict: she has left or was erased meanwhile.
    """
    if subscriber.status is SubscriberStatus.CONFIRMED:
        return
    if subscriber.status is not SubscriberStatus.PENDING:
        raise Conflict(f"subscriber {subscriber.id} is {subscriber.status}; she must join anew")
    subscriber.status, subscriber.confirmed_at = SubscriberStatus.CONFIRMED, now
    subscriber.ended_at = None
    store.record_consent(session, subscriber, ConsentKind.GIVEN, source, now)


def leave(session: Session, subscriber: Subscriber, *, source: str, now: datetime) -> bool:
    """End a subscription; whether it was not over already."""
    if subscriber.status in {SubscriberStatus.ENDED, SubscriberStatus.ERASED}:
        return False
    subscriber.status, subscriber.ended_at = SubscriberStatus.ENDED, now
    store.record_consent(session, subscriber, ConsentKind.WITHDRAWN, source, now)
    return True


def pause(subscriber: Subscriber, until: datetime | None) -> None:
    """Send nothing until then; None ends a pause."""
    subscriber.paused_until = until


def choose(
    session: Session,
    subscriber: Subscriber,
    *,
    name: str,
    topics: Iterable[str],
    frequency: Frequency,
) -> None:
    """Set what she wants to be sent, and how she is addressed."""
    subscriber.name = clean_name(name)
    subscriber.frequency = frequency
    choose_topics(session, subscriber, topics)


def choose_topics(session: Session, subscriber: Subscriber, topics: Iterable[str]) -> None:
    subscriber.choice_id = store.choice_for(session, topics)


def erase(session: Session, subscriber: Subscriber, *, now: datetime) -> None:
    """Forget the person; the hash stays suppressed and the number stays for the ledger."""
    leave(session, subscriber, source="erasure", now=now)
    store.add_suppression(session, subscriber.address_hash, "erased at her own wish", now)
    subscriber.status = SubscriberStatus.ERASED
    subscriber.address, subscriber.name, subscriber.language = None, "", ""


def forget_unconfirmed(session: Session, before: datetime) -> int:
    """Forget those who asked to join before this and never confirmed; how many.

    Nothing of them stays, not even a hash: they never agreed to anything.
    """
    found = store.unconfirmed_since(session, before)
    for subscriber in found:
        subscriber.status = SubscriberStatus.ERASED
        subscriber.address, subscriber.address_hash = None, ""
        subscriber.name, subscriber.language = "", ""
    return len(found)


def clean_name(name: str) -> str:
    """A name as it may stand in headers and texts: one line, no control characters."""
    printable = "".join(c if c.isprintable() else " " for c in name)
    return " ".join(printable.split())[:MAX_NAME_CHARACTERS]


def _choose(session: Session, subscriber: Subscriber, joining: Joining) -> None:
    subscriber.language = joining.language
    choose(
        session,
        subscriber,
        name=joining.name,
        topics=joining.topics,
        frequency=joining.frequency,
    )
