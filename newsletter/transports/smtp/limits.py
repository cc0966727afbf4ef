"""A server's limits, announced or learned from its replies; they expire after an hour.

All sessions of a transport share one `ServerLimits`, so that a limit is met once.
"""

import re
import threading
import time
from collections.abc import Callable
from enum import StrEnum

# Servers change, so that learned limits expire.
KEPT_SECONDS = 3600.0
# Postfix delays replies after ten errors on a connection (smtpd_soft_error_limit) and disconnects
# after twenty (smtpd_hard_error_limit): each connection is closed before the former.
USUAL_ERRORS = 9
_TOO_MANY_ERRORS = re.compile(r"too many (\w+ )?(errors|bad|invalid|unknown)", re.IGNORECASE)
_TOO_MANY_MAILS = re.compile(
    r"too many (messages|mails|transactions|recipients)|(message|transaction)s? (limit|per )",
    re.IGNORECASE,
)


class CrossMailPipelining(StrEnum):
    """Whether commands may be pipelined after the final dot of the previous mail."""

    UNTRIED = "untried"
    TRIED = "being tried"  # by one conversation; the others do without until it succeeds
    GOOD = "good"
    REFUSED = "refused"


class ServerLimits:
    """The limits of one server; thread-safe.

    Args:
        connections: the configured limit of open connections.
        mails: the configured limit of mails per connection; 0: none.
        across: whether pipelining across mails is configured.
    """

    def __init__(
        self,
        connections: int,
        mails: int,
        *,
        across: bool = False,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connections = connections
        self._mails = mails
        self._now = now
        self._lock = threading.Lock()
        self._across = CrossMailPipelining.UNTRIED if across else CrossMailPipelining.REFUSED
        self._learned: dict[str, tuple[int, float]] = {}
        self._ended_after = 0

    @property
    def connections(self) -> int:
        """Limit of open connections."""
        return min(self._connections, self._known("connections") or self._connections)

    @property
    def mails(self) -> int:
        """Limit of mails per connection; 0: none."""
        learned = self._known("mails")
        return min(learned, self._mails or learned) if learned else self._mails

    @property
    def errors(self) -> int:
        """Limit of refusals per connection."""
        return min(USUAL_ERRORS, self._known("errors") or USUAL_ERRORS)

    def announced(self, mails: int) -> None:
        """Record the announced limit of mails (RFC 9422, MAILMAX)."""
        self._learn("mails", mails)

    def connection_rejected(self, open_connections: int) -> None:
        """Record that the server rejected a connection beyond the open ones."""
        self._learn("connections", max(open_connections, 1))

    def connection_closed(self, words: str, mails: int, errors: int) -> None:
        """Record that the server closed a connection after so many mails and refusals."""
        if errors and _TOO_MANY_ERRORS.search(words):
            self._learn("errors", max(errors - 1, 1))
            return
        if not mails:
            return
        with self._lock:
            is_twice, self._ended_after = self._ended_after == mails, mails
        if is_twice or _TOO_MANY_MAILS.search(words):
            self._learn("mails", mails)

    def may_pipeline(self) -> bool:
        """Whether this conversation may pipeline its next envelope after the final dot.

        The first conversation to ask tries it; the others go on without until it has succeeded.
        """
        if self._across in (CrossMailPipelining.GOOD, CrossMailPipelining.REFUSED):
            return self._across is CrossMailPipelining.GOOD
        with self._lock:
            is_first = self._across is CrossMailPipelining.UNTRIED
            if is_first:
                self._across = CrossMailPipelining.TRIED
        return is_first

    def report_pipelining(self, *, worked: bool) -> None:
        """Record whether a pipelined envelope worked; a failure disables it for good."""
        if worked and self._across is CrossMailPipelining.GOOD:
            return
        with self._lock:
            if self._across is not CrossMailPipelining.REFUSED:
                self._across = CrossMailPipelining.GOOD if worked else CrossMailPipelining.REFUSED

    def _known(self, what: str) -> int | None:
        limit = self._learned.get(what)
        if limit is None or self._now() > limit[1]:
            return None
        return limit[0]

    def _learn(self, what: str, most: int) -> None:
        with self._lock:
            earlier = self._known(what)
            self._learned[what] = (min(most, earlier or most), self._now() + KEPT_SECONDS)
