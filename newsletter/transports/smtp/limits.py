"""What a server has shown of its limits: learned from its answers, kept for a while.

All sessions of a transport share one `ServerLimits`, so that what one of them runs into costs the
others nothing.
"""

import re
import threading
import time
from collections.abc import Callable
from enum import StrEnum

# Servers change; what was learned is forgotten after so long, and learned anew.
KEPT_SECONDS = 3600.0
# Postfix answers a second late after ten errors on a connection (smtpd_soft_error_limit), and
# hangs up after twenty (smtpd_hard_error_limit): each connection ends before the first.
USUAL_ERRORS = 9
_TOO_MANY_ERRORS = re.compile(r"too many (\w+ )?(errors|bad|invalid|unknown)", re.IGNORECASE)
_TOO_MANY_MAILS = re.compile(
    r"too many (messages|mails|transactions|recipients)|(message|transaction)s? (limit|per )",
    re.IGNORECASE,
)


class CrossMailPipelining(StrEnum):
    """Whether commands may ride behind the final dot of the mail before."""

    UNTRIED = "untried"
    TRIED = "being tried"  # by one conversation; the others wait for what it finds
    GOOD = "good"
    REFUSED = "refused"


class ServerLimits:
    """Used by all threads of a process.

    Args:
        connections: that may be open at once, as configured.
        mails: a connection, as configured; 0: without limit.
        across: whether riding behind the final dot is wished for.
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
        """How many may be open at once."""
        return min(self._connections, self._known("connections") or self._connections)

    @property
    def mails(self) -> int:
        """How many a connection carries; 0: without limit."""
        known = [most for most in (self._mails, self._known("mails")) if most]
        return min(known, default=0)

    @property
    def errors(self) -> int:
        """How many refusals a connection may meet."""
        return min(USUAL_ERRORS, self._known("errors") or USUAL_ERRORS)

    def announced(self, mails: int) -> None:
        """The server announces its limit of mails (RFC 9422, MAILMAX)."""
        self._learn("mails", mails)

    def connection_rejected(self, open_connections: int) -> None:
        """One more than so many was turned away."""
        self._learn("connections", max(open_connections, 1))

    def connection_closed(self, words: str, mails: int, errors: int) -> None:
        """The server ended a connection by itself after so many mails and refusals."""
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
        """Whether this conversation's next envelope may follow the final dot.

        Where nobody has tried yet it is the one to try: the others go on step by step until it is
        known what the server makes of it.
        """
        if self._across in (CrossMailPipelining.GOOD, CrossMailPipelining.REFUSED):
            return self._across is CrossMailPipelining.GOOD
        with self._lock:
            is_first = self._across is CrossMailPipelining.UNTRIED
            if is_first:
                self._across = CrossMailPipelining.TRIED
        return is_first

    def report_pipelining(self, *, worked: bool) -> None:
        """What became of an envelope that followed a final dot; a refusal is for good."""
        if worked and self._across is CrossMailPipelining.GOOD:
            return
        with self._lock:
            if self._across is not CrossMailPipelining.REFUSED:
                self._across = CrossMailPipelining.GOOD if worked else CrossMailPipelining.REFUSED

    def _known(self, what: str) -> int | None:
        found = self._learned.get(what)
        if found is None or self._now() > found[1]:
            return None
        return found[0]

    def _learn(self, what: str, most: int) -> None:
        with self._lock:
            known = self._known(what)
            self._learned[what] = (min(most, known or most), self._now() + KEPT_SECONDS)
