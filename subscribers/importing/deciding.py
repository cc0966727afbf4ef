"""What becomes of the people of a file: decided from what is known of them, and nothing done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from subscribers.importing.rows import Person
from subscribers.importing.states import HAS_LEFT, State
from subscribers.models import SubscriberStatus

OVER = frozenset({SubscriberStatus.ENDED, SubscriberStatus.ERASED})


class Outcome(StrEnum):
    """What becomes of a row."""

    CONFIRMED = "confirmed"  # entered, her consent proven
    PENDING = "pending"  # entered without proof
    SUPPRESSED = "suppressed"  # never mailed from now on
    UNCHANGED = "unchanged"  # all of it is known already
    REFUSED = "refused"  # nothing is done; the reason says why


ENTERED = {
    Outcome.CONFIRMED: SubscriberStatus.CONFIRMED,
    Outcome.PENDING: SubscriberStatus.PENDING,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How the owner of an address stands here."""

    status: SubscriberStatus | None = None
    """None: nobody has the address, or she was erased."""
    is_imported: bool = False
    """She came by an import."""
    suppression: str | None = None
    """Why she must not be mailed."""


UNKNOWN = Standing()


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What becomes of a row, and why where that needs saying."""

    outcome: Outcome
    reason: str = ""
    suppresses: bool = False
    ends: bool = False
    """Her subscription, which is by an import alone."""
    after: Standing = UNKNOWN


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A person with the address in the form that it is kept, and its hash."""

    person: Person
    address: str
    address_hash: str


@dataclass(kw_only=True, slots=True)
class Newcomer:
    """Somebody to be entered."""

    candidate: Candidate
    status: SubscriberStatus
    ended_by: Person | None = None
    """A later row that says she has left."""


@dataclass(kw_only=True, slots=True)
class Plan:
    """What is to be done for a batch, by hash of the address."""

    newcomers: dict[str, Newcomer] = field(default_factory=dict)
    suppressed: dict[str, str] = field(default_factory=dict)
    """With the reason."""
    leaving: dict[str, Person] = field(default_factory=dict)
    """Those known before, with the row that says so."""


@lru_cache(maxsize=1024)
def decide(state: State, standing: Standing, *, is_proven: bool, file: str) -> Verdict:
    """What becomes of a row about somebody who stands here like that.

    Args:
        is_proven: the administrator holds proof of the consent of everybody subscribed.
        file: what a suppression names.
    """
    known = standing.status
    if state in HAS_LEFT and (known is None or standing.is_imported):
        # Whoever has left there and is here by an import alone has left; of two rows that speak
        # of her the one that says so counts.
        return _leaving(f"{state} at the list of {file}", standing)
    if standing.suppression is not None:
        return _refused(f"suppressed: {standing.suppression}", standing)
    if known is not None and (state in HAS_LEFT or known in OVER):
        return _refused(f"she is {known} here; what she chose here stands", standing)
    if known is not None:
        return Verdict(outcome=Outcome.UNCHANGED, after=standing)
    outcome = Outcome.CONFIRMED if is_proven and state is State.SUBSCRIBED else Outcome.PENDING
    after = Standing(status=ENTERED[outcome], is_imported=True)
    return Verdict(outcome=outcome, after=after)


def _leaving(reason: str, standing: Standing) -> Verdict:
    is_new = standing.suppression is None
    ends = standing.status is not None and standing.status not in OVER
    return Verdict(
        outcome=Outcome.SUPPRESSED if is_new else Outcome.UNCHANGED,
        reason=reason,
        suppresses=is_new,
        ends=ends,
        after=Standing(
            status=SubscriberStatus.ENDED if ends else standing.status,
            is_imported=standing.is_imported,
            suppression=reason if is_new else standing.suppression,
        ),
    )


def _refused(reason: str, standing: Standing) -> Verdict:
    return Verdict(outcome=Outcome.REFUSED, reason=reason, after=standing)


def plan(
    rows: Sequence[Candidate | Verdict],
    standings: Mapping[str, Standing],
    *,
    is_proven: bool,
    file: str,
) -> tuple[Plan, list[Verdict]]:
    """What is to be done for the rows of a batch, and what becomes of each in their order.

    Args:
        rows: those that could not be read are refused already.
        standings: by hash, of all who are known.
    """
    made, now = Plan(), dict(standings)
    verdicts = []
    for row in rows:
        if isinstance(row, Verdict):
            verdicts.append(row)
            continue
        standing = now.get(row.address_hash, UNKNOWN)
        verdict = decide(row.person.state, standing, is_proven=is_proven, file=file)
        now[row.address_hash] = verdict.after
        _add(made, row, verdict)
        verdicts.append(verdict)
    return made, verdicts


def _add(made: Plan, row: Candidate, verdict: Verdict) -> None:
    if verdict.outcome in ENTERED:
        made.newcomers[row.address_hash] = Newcomer(candidate=row, status=ENTERED[verdict.outcome])
    if verdict.suppresses:
        made.suppressed[row.address_hash] = verdict.reason
    if verdict.ends and row.address_hash in made.newcomers:
        made.newcomers[row.address_hash].ended_by = row.person
    elif verdict.ends:
        made.leaving[row.address_hash] = row.person
