"""Taking the rows of a file: for good, or only to say what would become of them."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import Conflict, InvalidInput
from subscribers.addresses import hash_address, normalise_address
from subscribers.importing import store
from subscribers.importing.batches import Row
from subscribers.importing.plan_writer import IMPORTED, write
from subscribers.importing.planning import (
    AddressStatus,
    Candidate,
    Decision,
    ImportedData,
    ImportRules,
    Planner,
    RowOutcome,
)
from subscribers.importing.rows import Person
from subscribers.models import SubscriberStatus

# How often a batch is tried in which somebody joins by herself at this very moment.
ATTEMPTS = 5

ParsedRow = Person | Decision
"""What a row says; a verdict where it could not be read."""
OnDecision = Callable[[Row, Decision], None]
"""Is told what became of a row."""


@dataclass(frozen=True, kw_only=True)
class ImportTerms:
    """Under what the people of one file are entered."""

    file: str
    secret: str
    consent: str
    """The proof; empty: everybody is pending."""
    updates: frozenset[str] = frozenset()
    """What is taken anew for those here by an import alone; nothing: they stay as they are."""

    @property
    def rules(self) -> ImportRules:
        """What holds for all rows."""
        return ImportRules(file=self.file, is_proven=bool(self.consent), updates=self.updates)


class ListImporter:
    """Enters people for good, each batch in one transaction: a crash leaves none half done."""

    def __init__(self, database: Database, terms: ImportTerms, clock: Clock, number: int) -> None:
        """
        Args:
            number: of the import, as `history.begin` gives it.
        """
        self._database, self._terms, self._clock = database, terms, clock
        self._number = number

    def take(self, rows: Sequence[ParsedRow]) -> list[Decision]:
        """Enter a batch; what became of each row, in their order.

        Raises:
            Conflict: others write the same people without end.
        """
        candidates = [_candidate(row, self._terms) for row in rows]
        for _ in range(ATTEMPTS - 1):
            # Who joins between the look and the writing is found by the next look.
            with suppress(Conflict):
                return self._attempt(candidates)
        return self._attempt(candidates)

    def _attempt(self, rows: Sequence[Candidate | Decision]) -> list[Decision]:
        terms = self._terms
        with self._database.write() as session:
            store.begin(session)
            known = _look(session, rows, terms)
            planner = Planner(terms.rules, known.standings, known.held)
            verdicts = _verdicts(planner, rows)
            write(
                session,
                planner.plan,
                known.numbers,
                file=terms.file,
                consent=terms.consent,
                number=self._number,
                now=self._clock.now(),
            )
        return verdicts


class ImportDryRun:
    """Says what would become of people, and writes nothing.

    Remembers what earlier rows would have done, since no database does.
    """

    def __init__(self, database: Database, terms: ImportTerms) -> None:
        self._database, self._terms = database, terms
        self._standings: dict[bytes, AddressStatus] = {}
        self._held: dict[bytes, ImportedData] = {}

    def take(self, rows: Sequence[ParsedRow]) -> list[Decision]:
        """What would become of each row of a batch, in their order."""
        candidates = [_candidate(row, self._terms) for row in rows]
        with self._database.read() as session:
            known = _look(session, candidates, self._terms)
        shorts = {row.address_hash: _short(row) for row in candidates if isinstance(row, Candidate)}
        for address_hash, short in shorts.items():
            if short in self._standings:
                known.standings[address_hash] = self._standings[short]
            if short in self._held:
                known.held[address_hash] = self._held[short]
        planner = Planner(self._terms.rules, known.standings, known.held)
        verdicts = _verdicts(planner, candidates)
        for address_hash, short in shorts.items():
            self._standings[short] = planner.standing(address_hash)
            if held := planner.held(address_hash):
                self._held[short] = held
        return verdicts


def import_all(
    taker: ListImporter | ImportDryRun,
    batches: Iterable[Sequence[Row]],
    tell: OnDecision,
    counts: Counter[str],
) -> None:
    """Take every batch, tell what became of each row, and count it."""
    for batch in batches:
        for row, verdict in zip(batch, taker.take([row.said for row in batch]), strict=True):
            counts[verdict.outcome.value] += 1
            tell(row, verdict)


def _short(row: Candidate) -> bytes:
    """Half of the hash: no two of a million share it."""
    return bytes.fromhex(row.address_hash[:32])


def _candidate(said: ParsedRow, terms: ImportTerms) -> Candidate | Decision:
    if isinstance(said, Decision):
        return said
    try:
        address = normalise_address(said.address)
    except InvalidInput as error:
        return Decision(outcome=RowOutcome.REFUSED, reason=str(error))
    return Candidate(person=said, address=address, address_hash=hash_address(terms.secret, address))


def _verdicts(planner: Planner, rows: Sequence[Candidate | Decision]) -> list[Decision]:
    return [row if isinstance(row, Decision) else planner.verdict(row) for row in rows]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """What the database says of the people of a batch, by hash."""

    numbers: dict[str, int]
    standings: dict[str, AddressStatus]
    held: dict[str, ImportedData]


def _look(session: Session, rows: Sequence[Candidate | Decision], terms: ImportTerms) -> _Known:
    hashes = {row.address_hash for row in rows if isinstance(row, Candidate)}
    known = store.known(session, hashes)
    suppressed = store.suppressions(session, hashes)
    numbers = {address_hash: number for address_hash, (number, _, _) in known.items()}
    standings = {
        address_hash: _standing(known.get(address_hash), suppressed.get(address_hash))
        for address_hash in known.keys() | suppressed.keys()
    }
    imported = {numbers[each]: each for each, s in standings.items() if s.is_imported}
    held = store.held(session, imported, IMPORTED) if terms.updates else {}
    return _Known(
        numbers=numbers,
        standings=standings,
        held={imported[number]: each for number, each in held.items()},
    )


def _standing(
    known: tuple[int, SubscriberStatus, str] | None, suppression: str | None
) -> AddressStatus:
    if known is None:
        return AddressStatus(suppression=suppression)
    _, status, source = known
    return AddressStatus(
        status=status, is_imported=source.startswith(IMPORTED), suppression=suppression
    )
