"""Circuit breaker of one edition: many refusals in a row hold what they speak of.

Answers that refuse us stop the transport they came by, whatever recipient they were given for;
recipients refused for good, and faults of ours, hold the edition until a person has looked. One
for each edition and process, heard by all its workers; what went before is read from the ledger.
"""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from newsletter.delivery.ledger.reasons import normalised
from newsletter.transports.base import Accepted, Deferred, Outcome, Refused
from newsletter.transports.verdicts import REFUSES_US, Verdict

# Different recipients in a row, with nobody taken in between.
REFUSALS_IN_A_ROW = 20
FAULTS_IN_A_ROW = 20
# How many in a row show that a transport refuses us, and not one odd domain behind it.
REFUSES_US_IN_A_ROW: Mapping[Verdict, int] = {
    Verdict.CONFIGURATION: 3,
    Verdict.PACE: 3,
    Verdict.POLICY: 10,
}
# Of answers for now: one that asks for a slower pace is obeyed, and nobody need know.
NEEDS_A_PERSON = frozenset({Verdict.POLICY, Verdict.CONFIGURATION})
# Of the first of an edition.
FIRST = 50
NEARLY_ALL = 45
# Somebody who has looked and resumed is asked again only after so many times more.
PATIENCE_FACTOR = 10


@dataclass(frozen=True, kw_only=True)
class Before:
    """What the ledger says of an edition before a breaker begins to listen.

    Args:
        sent, refused: settled so; counted up to `FIRST`.
        held: how often it was held by a breaker and resumed.
    """

    sent: int = 0
    refused: int = 0
    held: int = 0


@dataclass
class _Way:
    """How one transport does."""

    refused_us: Counter[Verdict] = field(default_factory=Counter)
    """In a row, by verdict."""
    last: str = ""
    why: str = ""
    """Why it is to be stopped; empty: it is not."""
    has_refused_us: int = 0


class Breaker:
    """Hears every outcome of an edition; tells whether to go on."""

    def __init__(self, before: Before) -> None:
        self._lock = threading.Lock()
        self._sent, self._refused = before.sent, before.refused
        self._is_first_time = before.held == 0
        self._most_refused = REFUSALS_IN_A_ROW * PATIENCE_FACTOR**before.held
        self._most_faults = FAULTS_IN_A_ROW * PATIENCE_FACTOR**before.held
        self._in_a_row = 0
        self._faults_in_a_row = 0
        self._is_calm = True
        self._ways: dict[str, _Way] = {}
        self.problem = ""
        """Why the edition is to be held; empty: it is not."""
        self.faults: Counter[str] = Counter()
        """Mails that failed by a fault of ours, by reason."""
        self.blocked: Counter[str] = Counter()
        """Answers that refused us, by reason."""

    def must_stop(self, transport: str) -> bool:
        """Whether nothing more is to be handed over by a transport."""
        return bool(self.problem) or bool(self.why_stopped(transport))

    def why_stopped(self, transport: str) -> str:
        way = self._ways.get(transport)
        return way.why if way else ""

    def hear(self, transport: str, outcome: Outcome) -> None:
        """Count an outcome; one lock for all but the taken mails of a calm edition."""
        if isinstance(outcome, Accepted) and self._is_calm and self._sent >= FIRST:
            return
        with self._lock:
            match outcome:
                case Accepted():
                    self._taken(transport)
                case Refused() if outcome.about in REFUSES_US:
                    self._refuses_us(transport, outcome)
                case Refused(verdict=Verdict.ERROR):
                    self.fault(outcome.response)
                case Refused():
                    self._refuses_recipient(outcome)
                case Deferred() if outcome.about in NEEDS_A_PERSON:
                    self.blocked[normalised(outcome.response)] += 1
                case _:
                    pass

    def fault(self, reason: str) -> None:
        """Count a mail that failed by a fault of ours."""
        self._is_calm = False
        self._faults_in_a_row += 1
        self.faults[normalised(reason)] += 1
        if self._faults_in_a_row >= self._most_faults:
            self.problem = f"{self._faults_in_a_row} mails in a row failed by a fault: {reason}"

    def stop_fruitless(self, transport: str) -> str:
        """Why a transport is to be stopped that only refused us while the edition reached nobody.

        Asked when its workers have ended: a small edition has not many recipients in a row.
        """
        way = self._ways.get(transport)
        if way is None or self._sent or not way.has_refused_us:
            return ""
        way.why = way.why or f"it took nothing and refused us: {way.last}"
        return way.why

    def _taken(self, transport: str) -> None:
        self._sent += 1
        self._in_a_row = self._faults_in_a_row = 0
        if transport in self._ways:
            self._ways[transport].refused_us.clear()
        self._is_calm = True

    def _refuses_us(self, transport: str, outcome: Refused) -> None:
        self._is_calm = False
        way = self._ways.setdefault(transport, _Way())
        way.has_refused_us += 1
        way.refused_us[outcome.about] += 1
        way.last = normalised(outcome.response)
        self.blocked[way.last] += 1
        count = way.refused_us[outcome.about]
        if count >= REFUSES_US_IN_A_ROW[outcome.about]:
            way.why = (
                f"it refused us for {count} recipients in a row: {way.last}; check the sender's "
                "address, the login, whether we may send by it, and our reputation"
            )

    def _refuses_recipient(self, outcome: Refused) -> None:
        self._is_calm = False
        self._in_a_row += 1
        self._refused += 1
        are_first = self._is_first_time and self._sent + self._refused == FIRST
        if self._in_a_row >= self._most_refused:
            self.problem = (
                f"{self._in_a_row} recipients in a row were refused for good, the last with: "
                f"{normalised(outcome.response)}"
            )
        elif are_first and self._refused >= NEARLY_ALL:
            self.problem = (
                f"{self._refused} of the first {FIRST} recipients were refused for good, the "
                f"last with: {normalised(outcome.response)}"
            )
