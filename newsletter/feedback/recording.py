"""Records events, each once, and acts on them in the same transaction. Never commits."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from newsletter.delivery.ledger import reasons
from newsletter.errors import InvalidInput
from newsletter.feedback import judgement, store
from newsletter.feedback.judgement import BounceLimits
from newsletter.feedback.store import Known
from newsletter.transports.events import Event, EventKind
from subscribers import membership
from subscribers import store as people
from subscribers.addresses import hash_address, normalise_address
from subscribers.consent import ConsentOrigin

MAX_EVIDENCE_BYTES = 64 * 1024
# So many are looked up by one statement.
BATCH_SIZE = 200
# Numbers beyond are none of ours, and no database looks them up.
MAX_NUMBER = 2**63 - 1
# `variants.message_id_stem` and the delivery's number, before the domain.
_MESSAGE_ID = re.compile(r"<?e(\d{1,18})\.[0-9a-f]{1,16}\.(\d{1,18})@", re.IGNORECASE)


@dataclass(kw_only=True)
class Recorded:
    """What recording some events came to."""

    events: int = 0
    """Those not recorded before."""
    repeats: int = 0
    is_understood: bool = True
    """Whether a mail was a report, or named a delivery of ours."""
    suppressed: list[int] = field(default_factory=list)
    """Subscribers whose address was suppressed."""
    left: list[int] = field(default_factory=list)
    """Subscribers who unsubscribed."""


def record(
    session: Session, secret: str, events: Iterable[Event], limits: BounceLimits, now: datetime
) -> Recorded:
    """Record events not recorded before, and act on each."""
    result = Recorded()
    left = iter(events)
    while batch := list(islice(left, BATCH_SIZE)):
        distinct = {event.key: _storable(event, now) for event in batch}
        recorded_keys = store.known_keys(session, distinct.keys())
        new = {key: event for key, event in distinct.items() if key not in recorded_keys}
        attributed = list(_attributed(session, secret, new, now))
        numbers = store.add(session, [_row(one, now) for one in attributed])
        result.events += len(numbers)
        result.repeats += len(batch) - len(numbers)
        recorded = {numbers[one.key]: one for one in attributed if one.key in numbers}
        store.add_evidence(session, list(_evidence(recorded, now)))
        _act(session, recorded, limits, now, result)
    return result


def _storable(event: Event, now: datetime) -> Event:
    """As a database takes it: without null and half characters, at no time to come."""
    return replace(
        event,
        recipient=reasons.storable(event.recipient),
        status=reasons.storable(event.status),
        at=min(event.at, now) if event.at else None,
    )


@dataclass(frozen=True, kw_only=True)
class _About:
    """Whom an event is about, as far as is known."""

    subscriber_id: int | None = None
    address: str = ""
    address_hash: str = ""
    """Theirs, where the event may be held against their address."""
    delivery: Known | None = None


class _Attributed(NamedTuple):
    """An event and whom it is about."""

    key: str
    event: Event
    about: _About
    reason: str
    """Without addresses."""


def _attributed(
    session: Session, secret: str, events: Mapping[str, Event], now: datetime
) -> Iterator["_Attributed"]:
    hashes = {key: _hash(secret, event.recipient) for key, event in events.items()}
    numbers = {key: _number(event) for key, event in events.items()}
    by_number = store.deliveries(session, {n for n in numbers.values() if n is not None})
    address_hashes = {address_hash for address_hash in hashes.values() if address_hash}
    last = store.last_deliveries(session, address_hashes, now) if address_hashes else {}
    holders = store.subscribers(session, address_hashes) if address_hashes else {}
    for key, event in events.items():
        named = by_number.get(numbers[key] or 0)
        about = _about(event, hashes[key], named, last, holders)
        words = reasons.storable(event.reason, about.address)
        yield _Attributed(key, event, about, reasons.without_addresses(words))


def _about(
    event: Event,
    address_hash: str,
    named: Known | None,
    last: Mapping[str, Known],
    holders: Mapping[str, tuple[int, str | None]],
) -> _About:
    # A Message-ID can be guessed: without a proof, the recipient has to fit it.
    is_theirs = named is not None and (event.is_proven or named.address_hash == address_hash)
    delivery = named if is_theirs else last.get(address_hash)
    if delivery is not None:
        is_current = delivery.is_current or delivery.address_hash == address_hash
        return _About(
            subscriber_id=delivery.subscriber_id,
            address=delivery.address or "",
            address_hash=delivery.address_hash if is_current else "",
            delivery=delivery,
        )
    if address_hash in holders:
        number, address = holders[address_hash]
        return _About(
            subscriber_id=number,
            address=address or "",
            address_hash=address_hash if event.is_proven else "",
        )
    return _About()


def _hash(secret: str, recipient: str) -> str:
    """The hash of an address as it was told; empty where it is none."""
    try:
        return hash_address(secret, normalise_address(recipient)) if recipient else ""
    except InvalidInput:
        return ""


def _number(event: Event) -> int | None:
    """The number of the delivery that an event names."""
    number = event.delivery
    if number is None and (match := _MESSAGE_ID.match(event.message_id.strip())):
        number = int(match[2])
    return number if number is not None and 0 < number <= MAX_NUMBER else None


def _row(entry: _Attributed, now: datetime) -> dict[str, Any]:
    """An event as it is stored."""
    event, about = entry.event, entry.about
    return {
        "key": entry.key,
        "kind": event.kind,
        "source": event.source,
        "transport": event.transport,
        "at": event.at or now,
        "recorded_at": now,
        "subscriber_id": about.subscriber_id,
        "delivery_id": about.delivery.delivery_id if about.delivery else None,
        "edition_id": about.delivery.edition_id if about.delivery else None,
        "domain": _domain(about.address or event.recipient),
        "status": event.status[:16],
        "reason": entry.reason,
        "is_proven": event.is_proven,
    }


def _evidence(recorded: Mapping[int, _Attributed], now: datetime) -> Iterator[dict[str, Any]]:
    """What arrived, as it is kept beside each event."""
    for number, entry in recorded.items():
        event = entry.event
        if event.evidence and event.kind is not EventKind.SUCCESS:
            yield {
                "event_id": number,
                "content": event.evidence[:MAX_EVIDENCE_BYTES],
                "recipient": event.recipient[:320],
                "kept_since": now,
            }


def _act(
    session: Session,
    recorded: Mapping[int, _Attributed],
    limits: BounceLimits,
    now: datetime,
    result: Recorded,
) -> None:
    """What follows from events that may be held against a subscriber's address."""
    streaks = _streaks(session, recorded, limits)
    suppressing: dict[str, int] = {}
    for number, entry in recorded.items():
        event, subscriber_id = entry.event, entry.about.subscriber_id
        if subscriber_id is None or not entry.about.address_hash:
            continue
        if event.kind is EventKind.UNSUBSCRIBE:
            subscriber = people.by_id_for_change(session, subscriber_id)
            origin = ConsentOrigin(source=f"told by {event.transport or event.source}")
            if membership.leave(session, subscriber, origin=origin, now=now):
                result.left.append(subscriber_id)
        elif judgement.suppresses(
            event.kind, streaks.get(number, ()), limits, is_proven=event.is_proven
        ):
            suppressing.setdefault(entry.about.address_hash, number)
    _suppress(session, suppressing, recorded, now, result)


def _suppress(
    session: Session,
    suppressing: Mapping[str, int],
    recorded: Mapping[int, _Attributed],
    now: datetime,
    result: Recorded,
) -> None:
    """Suppress each address because of an event."""
    why = {
        address_hash: judgement.suppression_reason(
            entry.event.kind, entry.event.status, entry.reason
        )
        for address_hash, entry in ((key, recorded[number]) for key, number in suppressing.items())
    }
    new = people.add_suppressions(session, why, now)
    numbers = [number for address_hash, number in suppressing.items() if address_hash in new]
    store.mark_suppressing(session, numbers)
    subscribers = (recorded[number].about.subscriber_id for number in numbers)
    result.suppressed += [number for number in subscribers if number is not None]


def _streaks(
    session: Session, recorded: Mapping[int, _Attributed], limits: BounceLimits
) -> dict[int, list[datetime]]:
    """The streak that each event is part of, where it counts with others."""
    counted: dict[frozenset[EventKind], dict[int, int]] = {}
    for number, entry in recorded.items():
        kinds = judgement.counted_kinds(entry.event.kind, limits, is_proven=entry.event.is_proven)
        if kinds and entry.about.subscriber_id is not None:
            counted.setdefault(kinds, {})[number] = entry.about.subscriber_id
    streaks_by_number: dict[int, list[datetime]] = {}
    for kinds, of in counted.items():
        streaks = store.streaks(session, set(of.values()), kinds)
        streaks_by_number |= {number: streaks[subscriber] for number, subscriber in of.items()}
    return streaks_by_number


def _domain(address: str) -> str:
    domain = address.rpartition("@")[2].strip().lower()
    return domain[:253] if "@" in address else ""
