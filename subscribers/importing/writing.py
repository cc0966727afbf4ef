"""Entering people row by row, many in one transaction, so that a crash leaves none half done."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import Conflict, InvalidInput
from subscribers import membership, store
from subscribers.addresses import hash_address, normalise_address
from subscribers.consent import Origin
from subscribers.importing.rows import Person, State
from subscribers.membership import Joining
from subscribers.models import SubscriberStatus

# How the source of everybody begins who came by a file.
IMPORTED = "import of "


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Under what the people of one file are entered."""

    file: str
    secret: str
    consent: str
    """The proof; empty: everybody is pending."""
    as_topic: Callable[[str], str]
    """A topic's slug."""


@dataclass(kw_only=True)
class Report:
    """What became of the rows."""

    counts: dict[str, int] = field(default_factory=dict)
    refused: list[tuple[int, str]] = field(default_factory=list)
    """Row and reason."""

    def refuse(self, row: int, reason: str) -> None:
        self.refused.append((row, reason))
        self.count("refused")

    def count(self, outcome: str) -> None:
        self.counts[outcome] = self.counts.get(outcome, 0) + 1


def enter(
    database: Database, people: Sequence[Person], terms: Terms, clock: Clock, report: Report
) -> None:
    """Enter a batch in one transaction."""
    with database.write() as session:
        for person in people:
            try:
                report.count(_enter(session, person, terms, clock))
            except (InvalidInput, Conflict) as error:
                report.refuse(person.row, str(error))


def _enter(session: Session, person: Person, terms: Terms, clock: Clock) -> str:
    address = normalise_address(person.address)
    address_hash = hash_address(terms.secret, address)
    has_left = person.state not in (State.SUBSCRIBED, State.PENDING)
    known = store.find_by_hash(session, address_hash)
    if known is not None and known.status is SubscriberStatus.ERASED:
        known = None  # Her suppression says whether she may come back.
    suppression = store.find_suppression(session, address_hash)
    if has_left and (known is None or known.source.startswith(IMPORTED)):
        # Whoever has left there and is here by an import alone has left; of two rows that speak
        # of her the one that says so counts.
        reason = f"{person.state} at the list of {terms.file}"
        new = store.add_suppression(session, address_hash, reason, clock.now())
        if known is not None:
            origin = Origin(source=f"{IMPORTED}{terms.file}, row {person.row}: {person.state}")
            membership.leave(session, known, origin=origin, now=clock.now())
        return "suppressed" if new else "unchanged"
    if suppression is not None:
        raise Conflict(f"suppressed: {suppression.reason}")
    if known is not None and (has_left or known.status in membership.OVER):
        raise Conflict(f"she is {known.status} here; what she chose here stands")
    if known is not None:
        return "unchanged"
    return _join(session, person, terms, clock)


def _join(session: Session, person: Person, terms: Terms, clock: Clock) -> str:
    is_proven = bool(terms.consent) and person.state is State.SUBSCRIBED
    proof = terms.consent if is_proven else "no proof given"
    subscriber = membership.join(
        session,
        terms.secret,
        Joining(
            address=person.address,
            name=person.name,
            topics=tuple(terms.as_topic(topic) for topic in person.topics),
        ),
        origin=Origin(source=f"{IMPORTED}{terms.file}, row {person.row}: {proof}"),
        proven=is_proven,
        now=clock.now(),
    )
    return subscriber.status.value
