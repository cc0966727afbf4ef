"""What becomes of the people of a file: decided from what is known of them, and nothing done."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

from subscribers.importing.rows import Person
from subscribers.importing.states import HAS_LEFT, ListState
from subscribers.membership import OVER, Preferences, clean_name
from subscribers.models import SubscriberStatus
from subscribers.topics import Choice, choice_key, choice_of


class RowOutcome(StrEnum):
    """What becomes of a row."""

    CONFIRMED = "confirmed"  # entered, her consent proven
    PENDING = "pending"  # entered without proof
    SUPPRESSED = "suppressed"  # never mailed from now on
    UPDATED = "updated"  # here by an import alone: has what this file says from now on
    UNCHANGED = "unchanged"  # all of it is known already
    REFUSED = "refused"  # nothing is done; the reason says why


ENTERED = {
    RowOutcome.CONFIRMED: SubscriberStatus.CONFIRMED,
    RowOutcome.PENDING: SubscriberStatus.PENDING,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressStatus:
    """How the owner of an address stands here."""

    status: SubscriberStatus | None = None
    """None: nobody has the address, or she was erased."""
    is_imported: bool = False
    """She came by an import."""
    suppression: str | None = None
    """Why she must not be mailed."""


UNKNOWN = AddressStatus()


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What becomes of a row, and why where that needs saying."""

    outcome: RowOutcome
    reason: str = ""
    suppresses: bool = False
    ends: bool = False
    """Her subscription, which is by an import alone."""
    after: AddressStatus = UNKNOWN


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A person with the address in the form that it is kept, and its hash."""

    person: Person
    address: str
    address_hash: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportedData:
    """What an import has said of somebody who has chosen nothing herself."""

    name: str
    wishes: Preferences
    """Without the name."""
    attributes: Mapping[str, str]


@dataclass(kw_only=True, slots=True)
class NewSubscriber:
    """Somebody to be entered."""

    candidate: Candidate
    status: SubscriberStatus
    ended_by: Person | None = None
    """A later row that says she has left."""


@dataclass(kw_only=True, slots=True)
class ImportPlan:
    """What is to be done for a batch, by hash of the address."""

    newcomers: dict[str, NewSubscriber] = field(default_factory=dict)
    suppressed: dict[str, str] = field(default_factory=dict)
    """With the reason."""
    confirmed_suppressions: set[str] = field(default_factory=set)
    """Those who were suppressed before, and of whom this file says as much."""
    leaving: dict[str, Person] = field(default_factory=dict)
    """Those known before, with the row that says so."""
    updated: dict[str, tuple[ImportedData, Person]] = field(default_factory=dict)
    """What holds of them from now on, with the row that says so."""
    before: dict[str, ImportedData] = field(default_factory=dict)
    """What held of those until now."""


@dataclass(frozen=True, kw_only=True)
class ImportRules:
    """What holds for all rows of a file."""

    file: str
    """What a suppression names."""
    is_proven: bool
    """The administrator holds proof of the consent of everybody subscribed."""
    updates: frozenset[str] = frozenset()
    """What is taken anew for those here by an import alone: `ImportedData` fields."""


@lru_cache(maxsize=1024)
def decide(
    state: ListState, standing: AddressStatus, rules: ImportRules, *, is_news: bool = False
) -> Decision:
    """What becomes of a row about somebody who stands here like that.

    Args:
        is_news: it says something else than the import by which alone she is here.
    """
    known = standing.status
    if state in HAS_LEFT and (known is None or standing.is_imported):
        # Whoever has left there and is here by an import alone has left; of two rows that speak
        # of her the one that says so counts.
        return _leaving(f"{state} at the list of {rules.file}", standing)
    if standing.suppression is not None:
        return _refused(f"suppressed: {standing.suppression}", standing)
    if known is not None and (state in HAS_LEFT or known in OVER):
        return _refused(f"they are {known} here; what they chose here stands", standing)
    if known is not None:
        outcome = RowOutcome.UPDATED if is_news else RowOutcome.UNCHANGED
        return Decision(outcome=outcome, after=standing)
    outcome = (
        RowOutcome.CONFIRMED
        if rules.is_proven and state is ListState.SUBSCRIBED
        else RowOutcome.PENDING
    )
    after = AddressStatus(status=ENTERED[outcome], is_imported=True)
    return Decision(outcome=outcome, after=after)


def _leaving(reason: str, standing: AddressStatus) -> Decision:
    is_new = standing.suppression is None
    ends = standing.status is not None and standing.status not in OVER
    return Decision(
        outcome=RowOutcome.SUPPRESSED if is_new else RowOutcome.UNCHANGED,
        reason=reason,
        suppresses=is_new,
        ends=ends,
        after=AddressStatus(
            status=SubscriberStatus.ENDED if ends else standing.status,
            is_imported=standing.is_imported,
            suppression=reason if is_new else standing.suppression,
        ),
    )


def _refused(reason: str, standing: AddressStatus) -> Decision:
    return Decision(outcome=RowOutcome.REFUSED, reason=reason, after=standing)


class Planner:
    """Decides rows one after another, each knowing what those before it do."""

    def __init__(
        self,
        rules: ImportRules,
        standings: Mapping[str, AddressStatus],
        held: Mapping[str, ImportedData],
    ) -> None:
        """
        Args:
            standings: by hash, of all who are known.
            held: by hash, of those who are here by an import alone; asked only for updates.
        """
        self.plan = ImportPlan()
        self._rules, self._standings, self._held = rules, dict(standings), dict(held)

    def verdict(self, row: Candidate) -> Decision:
        """What becomes of the next row; the plan holds what is to be done."""
        key = row.address_hash
        news = self._news(row) if self._rules.updates else None
        standing = self._standings.get(key, UNKNOWN)
        verdict = decide(row.person.state, standing, self._rules, is_news=news is not None)
        self._standings[key] = verdict.after
        if verdict.outcome in ENTERED:
            self._enter(row, ENTERED[verdict.outcome])
        if verdict.outcome is RowOutcome.UPDATED and news is not None:
            self.plan.before.setdefault(key, self._held[key])
            self._held[key] = news
            self.plan.updated[key] = (news, row.person)
        if verdict.suppresses:
            self.plan.suppressed[key] = verdict.reason
        elif row.person.state in HAS_LEFT and standing.suppression is not None:
            self.plan.confirmed_suppressions.add(key)
        if verdict.ends:
            self._end(row)
        return verdict

    def standing(self, address_hash: str) -> AddressStatus:
        """How the owner of an address stands after the rows so far."""
        return self._standings.get(address_hash, UNKNOWN)

    def held(self, address_hash: str) -> ImportedData | None:
        """What is held of her after the rows so far."""
        return self._held.get(address_hash)

    def _enter(self, row: Candidate, status: SubscriberStatus) -> None:
        self.plan.newcomers[row.address_hash] = NewSubscriber(candidate=row, status=status)
        if self._rules.updates:
            self._held[row.address_hash] = imported_data_of(row.person)

    def _end(self, row: Candidate) -> None:
        # What she wanted before does not matter any more.
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


def imported_data_of(person: Person) -> ImportedData:
    """What her row alone would have an import hold."""
    choice = person.wishes.choice
    canonical = choice_of(choice_key(choice.topics, choice.digests))
    wishes = replace(person.wishes, choice=canonical)
    return ImportedData(name=clean_name(person.name), wishes=wishes, attributes=person.attributes)


def merged(held: ImportedData, said: ImportedData, what: frozenset[str]) -> ImportedData:
    """What is held, with what a row says of these things."""
    choice = Choice(
        topics=(said if "topics" in what else held).wishes.choice.topics,
        digests=(said if "digests" in what else held).wishes.choice.digests,
    )
    wishes = Preferences(
        name="",
        choice=choice,
        frequency=(said if "frequency" in what else held).wishes.frequency,
        language=(said if "language" in what else held).wishes.language,
    )
    return ImportedData(
        name=(said if "name" in what else held).name,
        wishes=wishes,
        attributes={**held.attributes, **said.attributes},
    )
