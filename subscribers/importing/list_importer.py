"""Import of a file's rows into the database, or a dry run of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import Conflict, InvalidInput
from subscribers.addresses import hash_address, normalise_address
from subscribers.importing.rows import ListedPerson
from subscribers.importing.storage import store
from subscribers.importing.storage.batches import FileRow
from subscribers.importing.storage.plan_writer import IMPORTED, write
from subscribers.importing.storage.planning import (
    AddressStatus,
    Candidate,
    Decision,
    ImportedData,
    ImportRules,
    Planner,
    RowOutcome,
)
from subscribers.models import SubscriberStatus

# Attempts for a batch that conflicts with concurrent sign-ups.
ATTEMPTS = 5

ParsedRow = ListedPerson | Decision
"""A parsed row, or the decision that it cannot be read."""
OnDecision = Callable[[FileRow, Decision], None]
"""Called with each row's decision."""


@dataclass(frozen=True, kw_only=True)
class ImportTerms:
    """The terms on which a file is imported."""

    file: str
    secret: str
    consent: str
    """The proof of consent; empty: everybody is pending."""
    updates: frozenset[str] = frozenset()
    """Fields to update for those known from imports only; empty: none."""

    @property
    def rules(self) -> ImportRules:
        """The rules for all rows."""
        return ImportRules(file=self.file, is_proven=bool(self.consent), updates=self.updates)


class ListImporter:
    """Imports batches, one transaction each, so a crash leaves none half done."""

    def __init__(self, database: Database, terms: ImportTerms, clock: Clock, number: int) -> None:
        """
        Args:
            number: of the import, from `history.begin`.
        """
        self._database, self._terms, self._clock = database, terms, clock
        self._number = number

    def import_batch(self, rows: Sequence[ParsedRow]) -> list[Decision]:
        """Import a batch; the decision for each row, in order.

        Raises:
            Conflict: concurrent writers conflict in every attempt.
        """
        candidates = [_candidate(row, self._terms) for row in rows]
        for _ in range(ATTEMPTS - 1):
            # A concurrent sign-up is visible in the next attempt.
            with suppress(Conflict):
                return self._attempt(candidates)
        return self._attempt(candidates)

    def _attempt(self, rows: Sequence[Candidate | Decision]) -> list[Decision]:
        terms = self._terms
        with self._database.write() as session:
            store.begin(session)
            stored = _load_known(session, rows, terms)
            planner = Planner(terms.rules, stored.statuses, stored.held)
            decisions = _decisions(planner, rows)
            write(
                session,
                planner.plan,
                stored.numbers,
                file=terms.file,
                consent=terms.consent,
                number=self._number,
                now=self._clock.now(),
            )
        return decisions


class ImportDryRun:
    """Decides rows without writing.

    Keeps the decisions of earlier rows in memory, in place of the database.
    """

    def __init__(self, database: Database, terms: ImportTerms) -> None:
        self._database, self._terms = database, terms
        self._statuses: dict[bytes, AddressStatus] = {}
        self._held: dict[bytes, ImportedData] = {}

    def import_batch(self, rows: Sequence[ParsedRow]) -> list[Decision]:
        """The decision for each row of a batch, in order."""
        candidates = [_candidate(row, self._terms) for row in rows]
        with self._database.read() as session:
            stored = _load_known(session, candidates, self._terms)
        shorts = {row.address_hash: _short(row) for row in candidates if isinstance(row, Candidate)}
        for address_hash, short in shorts.items():
            if short in self._statuses:
                stored.statuses[address_hash] = self._statuses[short]
            if short in self._held:
                stored.held[address_hash] = self._held[short]
        planner = Planner(self._terms.rules, stored.statuses, stored.held)
        decisions = _decisions(planner, candidates)
        for address_hash, short in shorts.items():
            self._statuses[short] = planner.status(address_hash)
            if held := planner.held(address_hash):
                self._held[short] = held
        return decisions


def import_all(
    importer: ListImporter | ImportDryRun,
    batches: Iterable[Sequence[FileRow]],
    on_decision: OnDecision,
    counts: Counter[str],
) -> None:
    """Import every batch; report and count each row's decision."""
    for batch in batches:
        for row, decision in zip(
            batch, importer.import_batch([row.said for row in batch]), strict=True
        ):
            counts[decision.outcome.value] += 1
            on_decision(row, decision)


def _short(row: Candidate) -> bytes:
    """Half of the hash: unique among a million."""
    return bytes.fromhex(row.address_hash[:32])


def _candidate(said: ParsedRow, terms: ImportTerms) -> Candidate | Decision:
    if isinstance(said, Decision):
        return said
    try:
        address = normalise_address(said.address)
    except InvalidInput as error:
        return Decision(outcome=RowOutcome.REFUSED, reason=str(error))
    return Candidate(person=said, address=address, address_hash=hash_address(terms.secret, address))


def _decisions(planner: Planner, rows: Sequence[Candidate | Decision]) -> list[Decision]:
    return [row if isinstance(row, Decision) else planner.decide_row(row) for row in rows]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """Stored data of the people of a batch, by address hash."""

    numbers: dict[str, int]
    statuses: dict[str, AddressStatus]
    held: dict[str, ImportedData]


def _load_known(
    session: Session, rows: Sequence[Candidate | Decision], terms: ImportTerms
) -> _Known:
    hashes = {row.address_hash for row in rows if isinstance(row, Candidate)}
    records = store.known(session, hashes)
    suppressed = store.suppressions(session, hashes)
    numbers = {address_hash: number for address_hash, (number, _, _) in records.items()}
    statuses = {
        address_hash: _status(records.get(address_hash), suppressed.get(address_hash))
        for address_hash in records.keys() | suppressed.keys()
    }
    imported = {numbers[each]: each for each, s in statuses.items() if s.is_imported}
    held = store.held(session, imported, IMPORTED) if terms.updates else {}
    return _Known(
        numbers=numbers,
        statuses=statuses,
        held={imported[number]: each for number, each in held.items()},
    )


def _status(
    stored: tuple[int, SubscriberStatus, str] | None, suppression: str | None
) -> AddressStatus:
    if stored is None:
        return AddressStatus(suppression=suppression)
    _, status, source = stored
    return AddressStatus(
        status=status, is_imported=source.startswith(IMPORTED), suppression=suppression
    )
