"""Writes an import plan in bulk, with the same result as joining and leaving one by one."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from sqlalchemy.orm import Session

from subscribers import membership
from subscribers import store as people
from subscribers.consent import ConsentOrigin
from subscribers.importing.rows import ListedPerson
from subscribers.importing.storage import history, store
from subscribers.importing.storage.planning import ImportedData, ImportPlan, NewSubscriber
from subscribers.importing.values.states import ListState
from subscribers.membership import Preferences, clean_name, described
from subscribers.models import (
    ConsentEvent,
    ConsentKind,
    Subscriber,
    SubscriberStatus,
    Suppression,
)
from subscribers.search_folding import search_text
from subscribers.topics import choice_key, choice_of

# Prefix of the source of imported subscribers.
IMPORTED = "import of "
SUBSCRIBER_COLUMNS = (
    "id",
    "address",
    "address_hash",
    "name",
    "language",
    "status",
    "frequency",
    "choice_id",
    "source",
    "import_id",
    "attributes",
    "paused_until",
    "active_at",
    "joined_at",
    "confirmed_at",
    "ended_at",
    "search_text",
)
EVENT_COLUMNS = ("subscriber_id", "at", "kind", "source", "details")
SUPPRESSION_COLUMNS = ("address_hash", "reason", "created_at", "import_id")


@dataclass(frozen=True, kw_only=True, slots=True)
class _StoredChoice:
    """A choice in database and ledger form."""

    number: int
    asked: str
    given: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Source:
    """Sources for the ledger of consent."""

    file: str
    consent: str
    number: int
    """Number of the import."""

    @property
    def of_all(self) -> str:
        """The source of all people of the file."""
        return f"{IMPORTED}{self.file}"

    def of(self, person: ListedPerson) -> str:
        """The source of a person's sign-up."""
        is_proven = bool(self.consent) and person.state is ListState.SUBSCRIBED
        proof = self.consent if is_proven else "no proof given"
        return f"{self.of_all}, row {person.row}: {proof}{person.since}"

    def of_end(self, person: ListedPerson) -> str:
        """The source of a person's leaving."""
        return f"{self.of_all}, row {person.row}: {person.state}"


def write(
    session: Session,
    made: ImportPlan,
    ids: Mapping[str, int],
    *,
    file: str,
    consent: str,
    number: int,
    now: datetime,
) -> None:
    """Write a plan.

    Args:
        ids: of existing subscribers, by hash.
        consent: the proof; empty: none.
        number: of the import.
    """
    source = _Source(file=file, consent=consent, number=number)
    for address_hash, person in made.leaving.items():
        subscriber = people.by_id(session, ids[address_hash])
        history.note_ended(session, number, subscriber)
        membership.leave(
            session, subscriber, origin=ConsentOrigin(source=source.of_end(person)), now=now
        )
    session.flush()
    numbers = _enter(session, list(made.newcomers.values()), source, now)
    for address_hash, (held, person) in made.updated.items():
        if address_hash in ids:
            history.note_updated(session, number, ids[address_hash], made.before[address_hash])
        subscriber_id = numbers.get(address_hash) or ids[address_hash]
        origin = ConsentOrigin(source=source.of(person))
        _update(session, people.by_id(session, subscriber_id), held, origin, now)
    history.share_suppressions(session, made.confirmed_suppressions, number)
    suppressed = (
        (address_hash, reason, now, number) for address_hash, reason in made.suppressed.items()
    )
    store.add(session, Suppression, SUPPRESSION_COLUMNS, suppressed)


def _update(
    session: Session,
    subscriber: Subscriber,
    held: ImportedData,
    origin: ConsentOrigin,
    now: datetime,
) -> None:
    subscriber.attributes = dict(held.attributes)
    preferences = replace(held.preferences, name=held.name)
    membership.choose(session, subscriber, preferences, origin=origin, now=now)


def _enter(
    session: Session, newcomers: list[NewSubscriber], source: _Source, now: datetime
) -> dict[str, int]:
    """Insert the new subscribers; their ids by hash."""
    chosen = _stored_choices(session, {who.candidate.person.preferences for who in newcomers})
    entered = list(zip(store.numbers(session, len(newcomers)), newcomers, strict=True))
    subscribers = (_subscriber(number, who, chosen, source, now) for number, who in entered)
    store.add(session, Subscriber, SUBSCRIBER_COLUMNS, subscribers)
    events = chain.from_iterable(
        _events(number, who, chosen, source, now) for number, who in entered
    )
    store.add(session, ConsentEvent, EVENT_COLUMNS, events)
    return {who.candidate.address_hash: number for number, who in entered}


def _stored_choices(
    session: Session, preferences: Collection[Preferences]
) -> dict[Preferences, _StoredChoice]:
    keys = {each: choice_key(each.choice.topics, each.choice.digests) for each in preferences}
    numbers = store.choices(session, set(keys.values()))
    for key in sorted(set(keys.values()) - numbers.keys()):
        numbers[key] = people.choice_for(session, choice_of(key))
    return {
        each: _StoredChoice(
            number=numbers[key],
            asked=described(each),
            given=described(replace(each, choice=choice_of(key))),
        )
        for each, key in keys.items()
    }


def _subscriber(
    number: int,
    who: NewSubscriber,
    chosen: Mapping[Preferences, _StoredChoice],
    source: _Source,
    now: datetime,
) -> tuple[object, ...]:
    """The row as after `membership.join`, and then `membership.leave` if they left."""
    candidate, person = who.candidate, who.candidate.person
    name = clean_name(person.name)
    begun = now if who.status is SubscriberStatus.CONFIRMED else None
    ended = now if who.ended_by else None
    return (
        number,
        candidate.address,
        candidate.address_hash,
        name,
        person.preferences.language,
        SubscriberStatus.ENDED if who.ended_by else who.status,
        person.preferences.frequency,
        chosen[person.preferences].number,
        source.of_all,
        source.number,
        person.attributes,
        person.paused_until,
        begun,
        now,
        begun,
        ended,
        search_text(candidate.address, name),
    )


def _events(
    number: int,
    who: NewSubscriber,
    chosen: Mapping[Preferences, _StoredChoice],
    source: _Source,
    now: datetime,
) -> Iterator[tuple[object, ...]]:
    person = who.candidate.person
    origin, choice = source.of(person), chosen[person.preferences]
    yield (number, now, ConsentKind.ASKED, origin, choice.asked)
    if who.status is SubscriberStatus.CONFIRMED:
        yield (number, now, ConsentKind.GIVEN, origin, choice.given)
    if who.ended_by:
        yield (number, now, ConsentKind.WITHDRAWN, source.of_end(who.ended_by), "")
