"""Sign-up, confirmation, preferences, leaving and erasure, with their ledger events.

Sends nothing: the caller sends the notices.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.errors import Conflict
from subscribers import store
from subscribers.addresses import hash_address, normalise_address
from subscribers.consent import ConsentOrigin, forget_networks_of, record
from subscribers.models import ConsentKind, Frequency, Subscriber, SubscriberStatus
from subscribers.topics import Choice

MAX_NAME_CHARACTERS = 200
FINISHED_STATUSES = frozenset({SubscriberStatus.ENDED, SubscriberStatus.ERASED})


@dataclass(frozen=True, kw_only=True)
class Signup:
    """The data of a sign-up, by the subscriber or an administrator."""

    address: str
    name: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    frequency: Frequency = Frequency.REGULAR


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """A subscriber's preferences, and their name."""

    name: str
    choice: Choice
    frequency: Frequency
    language: str = ""


def join(
    session: Session,
    secret: str,
    joining: Signup,
    *,
    origin: ConsentOrigin,
    proven: bool,
    now: datetime,
) -> Subscriber:
    """Add an address as pending, or as confirmed with proof of consent.

    A repeated sign-up for a confirmed address changes preferences only with proof; for a pending or
    ended one, the last sign-up counts.

    Args:
        proven: the administrator has proof of consent.

    Raises:
        InvalidInput: not an email address.
        Conflict: the address is suppressed.
    """
    address = normalise_address(joining.address)
    address_hash = hash_address(secret, address)
    preferences = _preferences(joining)
    # Ann@ and ann@ are one mailbox in practice; two subscribers would be mailed twice.
    subscriber = store.find_by_hash_for_change(session, address_hash)
    _check_not_suppressed(session, address, address_hash)
    if subscriber is None:
        subscriber = _add_pending(session, address, address_hash, preferences, origin.source, now)
    elif subscriber.status is not SubscriberStatus.CONFIRMED:
        _apply(session, subscriber, preferences)
    elif proven:
        choose(session, subscriber, preferences, origin=origin, now=now)
        return subscriber
    if subscriber.status is SubscriberStatus.ENDED:
        subscriber.status, subscriber.joined_at = SubscriberStatus.PENDING, now
        pause(subscriber, None)
    if subscriber.status is SubscriberStatus.PENDING and subscriber.address != address:
        subscriber.address = address  # The latest spelling.
    record(session, subscriber, ConsentKind.ASKED, origin, now, details=described(preferences))
    if proven:
        confirm(session, subscriber, origin=origin, now=now)
    return subscriber


def _check_not_suppressed(session: Session, address: str, address_hash: str) -> None:
    reason = store.suppression_reason(session, address_hash)
    if reason is not None:
        raise Conflict(
            f"{address} is suppressed ({reason}); if they ask to be mailed again, "
            f"lift it first: newsletter subscribers unsuppress {address}"
        )


def _add_pending(
    session: Session,
    address: str,
    address_hash: str,
    preferences: Preferences,
    source: str,
    now: datetime,
) -> Subscriber:
    subscriber = Subscriber(
        address=address,
        address_hash=address_hash,
        status=SubscriberStatus.PENDING,
        source=source,
        joined_at=now,
    )
    _apply(session, subscriber, preferences)
    session.add(subscriber)
    session.flush()
    return subscriber


def confirm(
    session: Session, subscriber: Subscriber, *, origin: ConsentOrigin, now: datetime
) -> bool:
    """Confirm a pending subscriber; False if already confirmed.

    Raises:
        Conflict: they have left or were erased meanwhile.
    """
    if subscriber.status is SubscriberStatus.CONFIRMED:
        return False
    if subscriber.status is not SubscriberStatus.PENDING:
        raise Conflict(
            f"{subscriber.address or f'subscriber {subscriber.id}'} is {subscriber.status} and "
            "must join anew; with proof of that: newsletter subscribers add ADDRESS --consent PROOF"
        )
    _begin(subscriber, now)
    details = described(preferences_of(session, subscriber))
    record(session, subscriber, ConsentKind.GIVEN, origin, now, details=details)
    return True


def leave(
    session: Session, subscriber: Subscriber, *, origin: ConsentOrigin, now: datetime
) -> bool:
    """End a subscription; False if it was over already."""
    if subscriber.status in FINISHED_STATUSES:
        return False
    _end(session, subscriber, now)
    record(session, subscriber, ConsentKind.WITHDRAWN, origin, now)
    return True


def resubscribe(
    session: Session, subscriber: Subscriber, *, origin: ConsentOrigin, now: datetime
) -> bool:
    """Undo leaving, with the previous preferences; False if already undone.

    Raises:
        Conflict: suppressed, erased meanwhile, or never confirmed.
    """
    if subscriber.status is SubscriberStatus.CONFIRMED:
        return False
    if subscriber.status is not SubscriberStatus.ENDED or subscriber.confirmed_at is None:
        raise Conflict(f"subscriber {subscriber.id} is {subscriber.status}; they must join anew")
    if store.is_suppressed(session, subscriber):
        raise Conflict(f"subscriber {subscriber.id} is suppressed and is mailed no more")
    _begin(subscriber, now)
    details = described(preferences_of(session, subscriber))
    record(session, subscriber, ConsentKind.GIVEN, origin, now, details=details)
    return True


def pause(subscriber: Subscriber, until: datetime | None) -> None:
    """Send nothing until then; None ends a pause."""
    subscriber.paused_until = until


def with_frequency(preferences: Preferences, frequency: Frequency) -> Preferences:
    """The same preferences with another frequency."""
    return replace(preferences, frequency=frequency)


def choose(
    session: Session,
    subscriber: Subscriber,
    preferences: Preferences,
    *,
    origin: ConsentOrigin,
    now: datetime,
) -> bool:
    """Set the preferences; True if that changes the consent."""
    before = described(preferences_of(session, subscriber))
    _apply(session, subscriber, preferences)
    after = described(preferences_of(session, subscriber))
    if after == before:
        return False
    record(session, subscriber, ConsentKind.CHANGED, origin, now, details=after)
    return True


def preferences_of(session: Session, subscriber: Subscriber) -> Preferences:
    """The subscriber's preferences."""
    return Preferences(
        name=subscriber.name,
        choice=store.choice_of(session, subscriber),
        frequency=subscriber.frequency,
        language=subscriber.language,
    )


def described(preferences: Preferences) -> str:
    """The preferences as text for the ledger of consent, without the name."""
    parts = [preferences.frequency.value]
    if preferences.choice.topics:
        parts.append(f"topics: {', '.join(preferences.choice.topics)}")
    if preferences.choice.digests:
        parts.append(f"digests: {', '.join(preferences.choice.digests)}")
    if preferences.language:
        parts.append(f"language: {preferences.language}")
    return "; ".join(parts)


def object_to(
    session: Session, subscriber: Subscriber, *, origin: ConsentOrigin, now: datetime
) -> bool:
    """End a subscription and suppress the address (UK GDPR, art. 21); False if done before."""
    is_on = subscriber.status not in FINISHED_STATUSES
    if is_on:
        _end(session, subscriber, now)
    is_new = store.add_suppression(session, subscriber.address_hash, "objected", now) or is_on
    if is_new:
        record(session, subscriber, ConsentKind.OBJECTED, origin, now)
    return is_new


def erase(
    session: Session, subscriber: Subscriber, *, origin: ConsentOrigin, now: datetime
) -> None:
    """Erase personal data; the hash stays suppressed and the id stays for the ledger."""
    if subscriber.status is SubscriberStatus.ERASED:
        return
    if subscriber.status is not SubscriberStatus.ENDED:
        _end(session, subscriber, now)
    store.add_suppression(session, subscriber.address_hash, "erased at their own request", now)
    store.drop_changes_to(session, subscriber.address_hash)
    record(session, subscriber, ConsentKind.ERASED, origin, now)
    session.flush()
    _empty(session, subscriber)


def forget(session: Session, subscriber: Subscriber) -> None:
    """Remove all personal data except id and events, the hash included."""
    _empty(session, subscriber)
    subscriber.address_hash = ""


def clean_name(name: str) -> str:
    """A name for headers and texts: one line, no control characters."""
    printable = "".join(c if c.isprintable() else " " for c in name)
    return " ".join(printable.split())[:MAX_NAME_CHARACTERS]


def _begin(subscriber: Subscriber, now: datetime) -> None:
    subscriber.status, subscriber.confirmed_at = SubscriberStatus.CONFIRMED, now
    subscriber.active_at, subscriber.ended_at = now, None


def _end(session: Session, subscriber: Subscriber, now: datetime) -> None:
    subscriber.status, subscriber.ended_at = SubscriberStatus.ENDED, now
    store.drop_address_change(session, subscriber)


def _empty(session: Session, subscriber: Subscriber) -> None:
    forget_networks_of(session, subscriber)
    store.drop_address_change(session, subscriber)
    store.drop_moves(session, subscriber)
    subscriber.status = SubscriberStatus.ERASED
    subscriber.address, subscriber.name, subscriber.language = None, "", ""
    subscriber.attributes, subscriber.source, subscriber.active_at = {}, "", None


def _apply(session: Session, subscriber: Subscriber, preferences: Preferences) -> None:
    subscriber.name = clean_name(preferences.name)
    subscriber.language, subscriber.frequency = preferences.language, preferences.frequency
    subscriber.choice_id = store.choice_for(session, preferences.choice)


def _preferences(joining: Signup) -> Preferences:
    return Preferences(
        name=joining.name,
        choice=Choice(topics=joining.topics, digests=joining.digests),
        frequency=joining.frequency,
        language=joining.language,
    )
