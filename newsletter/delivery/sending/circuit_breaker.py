"""Circuit breaker of one edition: consecutive refusals stop a transport or hold the edition.

Answers that refuse the sender stop their transport. Permanently refused recipients, and errors of
our own, hold the edition until a person resumes it. One breaker per edition and process, shared by
its workers; its initial counts come from the ledger.
"""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.clock import Clock
from newsletter.delivery.ledger.reasons import normalised
from newsletter.transports.base import Accepted, Deferred, Outcome, Refused
from newsletter.transports.verdicts import REFUSES_US, Verdict

# Consecutive recipients, without an accepted mail in between.
REFUSALS_IN_A_ROW = 20
FAULTS_IN_A_ROW = 20
# Consecutive answers that show that the transport refuses us, rather than one recipient's domain.
REFUSES_US_IN_A_ROW: Mapping[Verdict, int] = {
    Verdict.CONFIGURATION: 3,
    Verdict.PACE: 3,
    Verdict.POLICY: 10,
}
# Temporary refusals that raise an alarm; throttling is obeyed without one.
NEEDS_ATTENTION = frozenset({Verdict.POLICY, Verdict.CONFIGURATION})
# The first deliveries of an edition, judged together.
SAMPLE = 50
MAX_REFUSED_OF_SAMPLE = 45
# Thresholds grow by this factor each time a person resumes the edition.
PATIENCE_FACTOR = 10


@dataclass(frozen=True, kw_only=True)
class EditionHistory:
    """An edition's counts when a breaker is created.

    Args:
        sent, refused: counted up to `SAMPLE`.
        held: how often a breaker held the edition.
    """

    sent: int = 0
    refused: int = 0
    held: int = 0


@dataclass
class _TransportRefusals:
    """Refusals of the sender by one transport."""

    refused_us: Counter[Verdict] = field(default_factory=Counter)
    """Consecutive ones, by verdict."""
    last: str = ""
    why: str = ""
    """Why the transport is stopped; empty: it is not."""
    has_refused_us: int = 0


class CircuitBreaker:
    """Observes every outcome of an edition and decides when to stop; thread-safe."""

    def __init__(self, history: EditionHistory, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._sent, self._refused = history.sent, history.refused
        self._is_first_time = history.held == 0
        self._most_refused = REFUSALS_IN_A_ROW * PATIENCE_FACTOR**history.held
        self._most_faults = FAULTS_IN_A_ROW * PATIENCE_FACTOR**history.held
        self._in_a_row = 0
        self._faults_in_a_row = 0
        self._row_began: datetime | None = None
        self._has_accepted = False
        """Whether a mail was accepted since this breaker was made: a row began no earlier."""
        self._is_calm = True
        self._transports: dict[str, _TransportRefusals] = {}
        self.problem = ""
        """Why the edition is held; empty: it is not."""
        self.doubtful_since: datetime | None = None
        """When the failures began that hold the edition; None: with its first mail, or before an
        earlier process ended."""
        self.faults: Counter[str] = Counter()
        """Mails that failed by an error of our own, by reason."""
        self.blocked: Counter[str] = Counter()
        """Answers that refused the sender, by reason."""

    def must_stop(self, transport: str) -> bool:
        """Whether a transport must hand over nothing more."""
        return bool(self.problem) or bool(self.stop_reason(transport))

    def stop_reason(self, transport: str) -> str:
        refusals = self._transports.get(transport)
        return refusals.why if refusals else ""

    def observe(self, transport: str, outcome: Outcome) -> None:
        """Count an outcome; takes no lock for accepted mails after the sample while all is well."""
        if isinstance(outcome, Accepted) and self._is_calm and self._sent >= SAMPLE:
            self._has_accepted = True
            return
        with self._lock:
            match outcome:
                case Accepted():
                    self._accepted(transport)
                case Refused() if outcome.about in REFUSES_US:
                    self._refuses_us(transport, outcome)
                case Refused(verdict=Verdict.ERROR):
                    self.fault(outcome.response)
                case Refused():
                    self._refuses_recipient(outcome)
                case Deferred() if outcome.about in NEEDS_ATTENTION:
                    self.blocked[normalised(outcome.response)] += 1
                case _:
                    pass

    def fault(self, reason: str) -> None:
        """Count a mail that failed by an error of our own."""
        self._begin_row()
        self._faults_in_a_row += 1
        self.faults[normalised(reason)] += 1
        if self._faults_in_a_row >= self._most_faults:
            why = f"{self._faults_in_a_row} mails in a row failed by a fault: {reason}"
            self._hold(why, self._row_began)

    def stop_if_all_refused(self, transport: str) -> str:
        """Stop a transport that only refused us while nothing was accepted; returns the reason.

        Called when its workers have ended: a small edition never reaches the thresholds.
        """
        refusals = self._transports.get(transport)
        if refusals is None or self._sent or not refusals.has_refused_us:
            return ""
        refusals.why = refusals.why or f"it took nothing and refused us: {refusals.last}"
        return refusals.why

    def _accepted(self, transport: str) -> None:
        self._has_accepted = True
        self._sent += 1
        self._in_a_row = self._faults_in_a_row = 0
        self._row_began = None
        if transport in self._transports:
            self._transports[transport].refused_us.clear()
        self._is_calm = True

    def _refuses_us(self, transport: str, outcome: Refused) -> None:
        self._is_calm = False
        refusals = self._transports.setdefault(transport, _TransportRefusals())
        refusals.has_refused_us += 1
        refusals.refused_us[outcome.about] += 1
        refusals.last = normalised(outcome.response)
        self.blocked[refusals.last] += 1
        count = refusals.refused_us[outcome.about]
        if count >= REFUSES_US_IN_A_ROW[outcome.about]:
            refusals.why = (
                f"it refused us for {count} recipients in a row: {refusals.last}; check the "
                "sender's address, the login, whether we may send by it, and our reputation"
            )

    def _begin_row(self) -> None:
        self._is_calm = False
        self._row_began = self._row_began or self._clock.now()

    def _refuses_recipient(self, outcome: Refused) -> None:
        self._begin_row()
        self._in_a_row += 1
        self._refused += 1
        are_first = self._is_first_time and self._sent + self._refused == SAMPLE
        last = f"the last with: {normalised(outcome.response)}"
        if self._in_a_row >= self._most_refused:
            why = f"{self._in_a_row} recipients in a row were refused for good, {last}"
            self._hold(why, self._row_began)
        elif are_first and self._refused >= MAX_REFUSED_OF_SAMPLE:
            why = f"{self._refused} of the first {SAMPLE} recipients were refused for good, {last}"
            self._hold(why, None)

    def _hold(self, why: str, since: datetime | None) -> None:
        if not self.problem:
            self.problem, self.doubtful_since = why, since if self._has_accepted else None
