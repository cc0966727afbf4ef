"""Outcomes of mails outside the ledger: tests, notices and alarms."""

from newsletter.delivery.sending.batch import INTERRUPTED
from newsletter.transports.base import Accepted, Deferred, InDoubt, Outcome


class OutcomeRecorder:
    """Records the outcomes of mails outside the ledger."""

    def __init__(self) -> None:
        self.outcomes: dict[int, Outcome] = {}
        self._begun: set[int] = set()

    def handing_over(self, key: int) -> None:
        self._begun.add(key)

    def settled(self, key: int, outcome: Outcome) -> None:
        self._begun.discard(key)
        self.outcomes[key] = outcome

    def mark_uncertain(self, why: str) -> bool:
        """Mark begun mails without an answer as uncertain; whether there were any."""
        begun = tuple(self._begun)
        for key in begun:
            self.settled(key, InDoubt(response=f"{INTERRUPTED}: {why}"))
        return bool(begun)

    def is_unsettled(self, key: int) -> bool:
        """Whether this mail is untried or was only deferred."""
        return isinstance(self.outcomes.get(key), Deferred | None)


def is_accepted(outcome: Outcome | None) -> bool:
    return isinstance(outcome, Accepted)
