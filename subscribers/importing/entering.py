"""Entering people, many in one transaction, so that a crash leaves none half done."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import Conflict, InvalidInput
from subscribers import membership
from subscribers import store as people
from subscribers.addresses import hash_address, normalise_address
from subscribers.consent import Origin
from subscribers.importing import store
from subscribers.importing.deciding import (
    Candidate,
    Newcomer,
    Outcome,
    Plan,
    Standing,
    Verdict,
    plan,
)
from subscribers.importing.rows import Person
from subscribers.importing.states import State
from subscribers.membership import Wishes, clean_name, described
from subscribers.models import (
    ConsentEvent,
    ConsentKind,
    Subscriber,
    SubscriberStatus,
    Suppression,
)
from subscribers.topics import choice_key, choice_of

# How the source of everybody begins who came by a file.
IMPORTED = "import of "
# How often a batch is tried in which somebody joins by herself at this very moment.
ATTEMPTS = 5
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
    "attributes",
    "active_at",
    "joined_at",
    "confirmed_at",
    "ended_at",
)
EVENT_COLUMNS = ("subscriber_id", "at", "kind", "source", "details")
SUPPRESSION_COLUMNS = ("address_hash", "reason", "created_at")


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Under what the people of one file are entered."""

    file: str
    secret: str
    consent: str
    """The proof; empty: everybody is pending."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Chosen:
    """A choice as the database and the ledger of consent hold it."""

    number: int
    asked: str
    given: str


def enter(
    database: Database, rows: Sequence[Person | Verdict], terms: Terms, clock: Clock
) -> list[Verdict]:
    """Enter a batch in one transaction; what became of each row, in their order.

    Args:
        rows: those that could not be read are refused already.

    Raises:
        Conflict: others write the same people without end.
    """
    candidates = [_candidate(row, terms) if isinstance(row, Person) else row for row in rows]
    for attempt in range(ATTEMPTS):
        try:
            with database.write() as session:
                store.begin(session)
                return _enter(session, candidates, terms, clock.now())
        except Conflict:
            # Somebody joined between the look and the writing: the next look finds her.
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError


def _candidate(person: Person, terms: Terms) -> Candidate | Verdict:
    try:
        address = normalise_address(person.address)
    except InvalidInput as error:
        return Verdict(outcome=Outcome.REFUSED, reason=str(error))
    return Candidate(
        person=person, address=address, address_hash=hash_address(terms.secret, address)
    )


def _enter(
    session: Session, rows: Sequence[Candidate | Verdict], terms: Terms, now: datetime
) -> list[Verdict]:
    hashes = {row.address_hash for row in rows if isinstance(row, Candidate)}
    known = store.known(session, hashes)
    suppressed = store.suppressions(session, hashes)
    standings = {
        address_hash: _standing(known.get(address_hash), suppressed.get(address_hash))
        for address_hash in known.keys() | suppressed.keys()
    }
    made, verdicts = plan(rows, standings, is_proven=bool(terms.consent), file=terms.file)
    for address_hash, person in made.leaving.items():
        subscriber = people.by_id(session, known[address_hash][0])
        membership.leave(
            session, subscriber, origin=Origin(source=_origin_of_end(person, terms)), now=now
        )
    session.flush()
    _write(session, made, terms, now)
    return verdicts


def _standing(known: tuple[int, SubscriberStatus, str] | None, suppression: str | None) -> Standing:
    if known is None:
        return Standing(suppression=suppression)
    _, status, source = known
    return Standing(status=status, is_imported=source.startswith(IMPORTED), suppression=suppression)


def _write(session: Session, made: Plan, terms: Terms, now: datetime) -> None:
    newcomers = list(made.newcomers.values())
    chosen = _chosen(session, {who.candidate.person.wishes for who in newcomers})
    entered = list(zip(store.numbers(session, len(newcomers)), newcomers, strict=True))
    subscribers = (_subscriber(number, who, chosen, terms, now) for number, who in entered)
    store.add(session, Subscriber, SUBSCRIBER_COLUMNS, subscribers)
    events = chain.from_iterable(
        _events(number, who, chosen, terms, now) for number, who in entered
    )
    store.add(session, ConsentEvent, EVENT_COLUMNS, events)
    suppressed = ((address_hash, reason, now) for address_hash, reason in made.suppressed.items())
    store.add(session, Suppression, SUPPRESSION_COLUMNS, suppressed)


def _chosen(session: Session, wishes: Collection[Wishes]) -> dict[Wishes, _Chosen]:
    keys = {each: choice_key(each.choice.topics, each.choice.digests) for each in wishes}
    numbers = store.choices(session, set(keys.values()))
    for key in sorted(set(keys.values()) - numbers.keys()):
        numbers[key] = people.choice_for(session, choice_of(key))
    return {
        each: _Chosen(
            number=numbers[key],
            asked=described(each),
            given=described(replace(each, choice=choice_of(key))),
        )
        for each, key in keys.items()
    }


def _subscriber(
    number: int, who: Newcomer, chosen: Mapping[Wishes, _Chosen], terms: Terms, now: datetime
) -> tuple[object, ...]:
    """As `membership.join` would leave her, and `membership.leave` after it."""
    candidate, person = who.candidate, who.candidate.person
    begun = now if who.status is SubscriberStatus.CONFIRMED else None
    ended = now if who.ended_by else None
    return (
        number,
        candidate.address,
        candidate.address_hash,
        clean_name(person.name),
        person.wishes.language,
        SubscriberStatus.ENDED if who.ended_by else who.status,
        person.wishes.frequency,
        chosen[person.wishes].number,
        _origin(person, terms),
        person.attributes,
        begun,
        now,
        begun,
        ended,
    )


def _events(
    number: int, who: Newcomer, chosen: Mapping[Wishes, _Chosen], terms: Terms, now: datetime
) -> Iterator[tuple[object, ...]]:
    person = who.candidate.person
    origin, choice = _origin(person, terms), chosen[person.wishes]
    yield (number, now, ConsentKind.ASKED, origin, choice.asked)
    if who.status is SubscriberStatus.CONFIRMED:
        yield (number, now, ConsentKind.GIVEN, origin, choice.given)
    if who.ended_by:
        yield (number, now, ConsentKind.WITHDRAWN, _origin_of_end(who.ended_by, terms), "")


def _origin(person: Person, terms: Terms) -> str:
    is_proven = bool(terms.consent) and person.state is State.SUBSCRIBED
    proof = terms.consent if is_proven else "no proof given"
    return f"{IMPORTED}{terms.file}, row {person.row}: {proof}{person.since}"


def _origin_of_end(person: Person, terms: Terms) -> str:
    return f"{IMPORTED}{terms.file}, row {person.row}: {person.state}"
