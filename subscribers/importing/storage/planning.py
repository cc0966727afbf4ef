"""Import decisions for people in a file, from their stored status. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

from subscribers.importing.rows import ListedPerson
from subscribers.importing.values.states import HAS_LEFT, ListState
from subscribers.membership import FINISHED_STATUSES, Preferences, clean_name
from subscribers.models import SubscriberStatus
from subscribers.topics import Choice, choice_key, choice_of


class RowOutcome(StrEnum):
    """The outcome of a row."""

    CONFIRMED = "confirmed"  # added with proof of consent
    PENDING = "pending"  # added without proof
    SUPPRESSED = "suppressed"  # added to the suppression list
    UPDATED = "updated"  # known from an import only: replaced by this file's data
    UNCHANGED = "unchanged"  # nothing new
    REFUSED = "refused"  # skipped, with a reason


ENTERED = {
    RowOutcome.CONFIRMED: SubscriberStatus.CONFIRMED,
    RowOutcome.PENDING: SubscriberStatus.PENDING,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressStatus:
    """The stored status of an address."""

    status: SubscriberStatus | None = None
    """None: no subscriber has the address, or they were erased."""
    is_imported: bool = False
    """Added by an import."""
    suppression: str | None = None
    """The reason of the suppression."""


UNKNOWN = AddressStatus()


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The outcome of a row, with a reason if needed."""

    outcome: RowOutcome
    reason: str = ""
    suppresses: bool = False
    ends: bool = False
    """The existing subscription, known from an import only."""
    after: AddressStatus = UNKNOWN


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A person with the normalised address and its hash."""

    person: ListedPerson
    address: str
    address_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedData:
    """The data of a subscriber who is known from imports only."""

    name: str
    preferences: Preferences
    """Without the name."""
    attributes: Mapping[str, str]


@dataclass(kw_only=True, slots=True)
class NewSubscriber:
    """A subscriber to add."""

    candidate: Candidate
    status: SubscriberStatus
    ended_by: ListedPerson | None = None
    """The later row by which they have left."""


@dataclass(kw_only=True, slots=True)
class ImportPlan:
    """Writes for a batch, by address hash."""

    newcomers: dict[str, NewSubscriber] = field(default_factory=dict)
    suppressed: dict[str, str] = field(default_factory=dict)
    """With the reason."""
    confirmed_suppressions: set[str] = field(default_factory=set)
    """Already suppressed addresses that this file suppresses too."""
    leaving: dict[str, ListedPerson] = field(default_factory=dict)
    """Existing subscribers to unsubscribe, with the row."""
    updated: dict[str, tuple[ImportedData, ListedPerson]] = field(default_factory=dict)
    """New data of existing subscribers, with the row."""
    before: dict[str, ImportedData] = field(default_factory=dict)
    """Their previous data."""


@dataclass(frozen=True, kw_only=True)
class ImportRules:
    """Rules for all rows of a file."""

    file: str
    """The file name, for suppression reasons."""
    is_proven: bool
    """The administrator has proof of consent for all."""
    updates: frozenset[str] = frozenset()
    """Fields to update for subscribers known from imports only (`ImportedData`, `Preferences`)."""


@lru_cache(maxsize=1024)
def decide(
    state: ListState, status: AddressStatus, rules: ImportRules, *, is_news: bool = False
) -> Decision:
    """The decision for a row, given the status of its address.

    Args:
        is_news: the row differs from the data of earlier imports.
    """
    current = status.status
    if state in HAS_LEFT and (current is None or status.is_imported):
        # Somebody known from imports only who has left the other list has left here; of two rows
        # about them, the one that says so wins.
        return _leaving(f"{state} at the list of {rules.file}", status)
    if status.suppression is not None:
        return _refused(f"suppressed: {status.suppression}", status)
    if current is not None and (state in HAS_LEFT or current in FINISHED_STATUSES):
        return _refused(f"they are {current} here; what they chose here stands", status)
    if current is not None:
        outcome = RowOutcome.UPDATED if is_news else RowOutcome.UNCHANGED
        return Decision(outcome=outcome, after=status)
    outcome = (
        RowOutcome.CONFIRMED
        if rules.is_proven and state is ListState.SUBSCRIBED
        else RowOutcome.PENDING
    )
    after = AddressStatus(status=ENTERED[outcome], is_imported=True)
    return Decision(outcome=outcome, after=after)


def _leaving(reason: str, status: AddressStatus) -> Decision:
    is_new = status.suppression is None
    ends = status.status is not None and status.status not in FINISHED_STATUSES
    return Decision(
        outcome=RowOutcome.SUPPRESSED if is_new else RowOutcome.UNCHANGED,
        reason=reason,
        suppresses=is_new,
        ends=ends,
        after=AddressStatus(
            status=SubscriberStatus.ENDED if ends else status.status,
            is_imported=status.is_imported,
            suppression=reason if is_new else status.suppression,
        ),
    )


def _refused(reason: str, status: AddressStatus) -> Decision:
    return Decision(outcome=RowOutcome.REFUSED, reason=reason, after=status)


class Planner:
    """Plans rows one after the other, each in view of the earlier ones."""

    def __init__(
        self,
        rules: ImportRules,
        statuses: Mapping[str, AddressStatus],
        held: Mapping[str, ImportedData],
    ) -> None:
        """
        Args:
            statuses: of all known addresses, by hash.
            held: data of those known from imports only, by hash; needed for updates only.
        """
        self.plan = ImportPlan()
        self._rules, self._statuses, self._held = rules, dict(statuses), dict(held)

    def decide_row(self, row: Candidate) -> Decision:
        """The decision for the next row; its writes are added to the plan."""
        key = row.address_hash
        news = self._news(row) if self._rules.updates else None
        status = self._statuses.get(key, UNKNOWN)
        decision = decide(row.person.state, status, self._rules, is_news=news is not None)
        self._statuses[key] = decision.after
        if decision.outcome in ENTERED:
            self._enter(row, ENTERED[decision.outcome])
        if decision.outcome is RowOutcome.UPDATED and news is not None:
            self.plan.before.setdefault(key, self._held[key])
            self._held[key] = news
            self.plan.updated[key] = (news, row.person)
        if decision.suppresses:
            self.plan.suppressed[key] = decision.reason
        elif row.person.state in HAS_LEFT and status.suppression is not None:
            self.plan.confirmed_suppressions.add(key)
        if decision.ends:
            self._end(row)
        return decision

    def status(self, address_hash: str) -> AddressStatus:
        """The status of an address after the rows so far."""
        return self._statuses.get(address_hash, UNKNOWN)

    def held(self, address_hash: str) -> ImportedData | None:
        """The data of an address after the rows so far."""
        return self._held.get(address_hash)

    def _enter(self, row: Candidate, status: SubscriberStatus) -> None:
        self.plan.newcomers[row.address_hash] = NewSubscriber(candidate=row, status=status)
        if self._rules.updates:
            self._held[row.address_hash] = imported_data_of(row.person)

    def _end(self, row: Candidate) -> None:
        # Earlier updates are void.
        self.plan.updated.pop(row.address_hash, None)
        newcomer = self.plan.newcomers.get(row.address_hash)
        if newcomer is None:
            self.plan.leaving[row.address_hash] = row.person
        else:
            newcomer.ended_by = row.person

    def _news(self, row: Candidate) -> ImportedData | None:
        held = self._held.get(row.address_hash)
        if held is None:
            return None
        new = merged(held, imported_data_of(row.person), self._rules.updates)
        return new if new != held else None


def imported_data_of(person: ListedPerson) -> ImportedData:
    """The data in one row."""
    choice = person.preferences.choice
    canonical = choice_of(choice_key(choice.topics, choice.digests))
    preferences = replace(person.preferences, choice=canonical)
    return ImportedData(
        name=clean_name(person.name), preferences=preferences, attributes=person.attributes
    )


def merged(held: ImportedData, said: ImportedData, what: frozenset[str]) -> ImportedData:
    """The data updated with these fields of a row."""
    choice = Choice(
        topics=(said if "topics" in what else held).preferences.choice.topics,
        digests=(said if "digests" in what else held).preferences.choice.digests,
    )
    preferences = Preferences(
        name="",
        choice=choice,
        frequency=(said if "frequency" in what else held).preferences.frequency,
        language=(said if "language" in what else held).preferences.language,
    )
    return ImportedData(
        name=(said if "name" in what else held).name,
        preferences=preferences,
        attributes={**held.attributes, **said.attributes},
    )
