"""The contract of every transport: mails, outcomes, errors.

A transport hands mails over and reports the outcome of each. Before the point from which a lost
connection would leave a mail's outcome unknown, it calls `Recorder.handing_over`, and once the
outcome is known, `Recorder.settled`. Both may write to disk, and are called in the thread that
called `send`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import Annotated, Protocol, Self, runtime_checkable

from pydantic import BaseModel

from newsletter.errors import NewsletterError
from newsletter.transports.verdicts import Verdict, classify

RELATIVE_TO_CONFIG = "beside the configuration file"
ConfigRelativePath = Annotated[str, RELATIVE_TO_CONFIG]
"""The type of an option that is a path, relative to the configuration file's folder."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """One message to one recipient.

    Args:
        key: the delivery's number, passed back with its outcome.
        sender: the envelope sender; empty for the null sender.
        recipient: an ASCII (IDNA) domain; a non-ASCII local part needs SMTPUTF8.
        content: a complete message, CRLF line ends, not dot-stuffed.
        plain: asserts that the content is ASCII except for the recipient's address, has CRLF line
            ends and no line beginning with a dot, so that it needs no scan for dot-stuffing,
            8BITMIME or SMTPUTF8.
    """

    key: int
    sender: str
    recipient: str
    content: bytes
    plain: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """The next hop took responsibility for the mail (RFC 5321, 6.1)."""

    response: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Deferred:
    """Not accepted now; may be later (SMTP 4xx, a full queue, a refused connection).

    Args:
        throttled: the reply concerns the transport (too fast, blocked), not this mail.
        verdict: whom the reply concerns, where the transport knows more than its text says.
        transcript: the conversation on the mail, in lines, without credentials; empty: none.
    """

    response: str
    retry_after: timedelta | None = None
    throttled: bool = False
    verdict: Verdict | None = field(default=None, compare=False)
    transcript: str = field(default="", compare=False, repr=False)

    @property
    def about(self) -> Verdict:
        """Whom the reply concerns."""
        return self.verdict or classify(self.response)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Refused permanently (SMTP 5xx); `about` tells the recipient's fault from the sender's.

    Its fields are those of `Deferred`.
    """

    response: str
    verdict: Verdict | None = field(default=None, compare=False)
    transcript: str = field(default="", compare=False, repr=False)

    @property
    def about(self) -> Verdict:
        """Whom the reply concerns."""
        return self.verdict or classify(self.response)


@dataclass(frozen=True, kw_only=True, slots=True)
class InDoubt:
    """Handed over without an answer: it may or may not arrive."""

    response: str
    transcript: str = field(default="", compare=False, repr=False)


Outcome = Accepted | Deferred | Refused | InDoubt


class TransportStopped(NewsletterError):
    """The transport cannot send anything as configured (bad password, sender refused).

    Mails without an outcome were not handed over; the edition is stopped with an alarm.
    """


class Unsupported(NewsletterError):
    """The next hop does not support something that the mail needs; never dropped silently.

    A session settles the mail with `outcome` and goes on with the others.
    """

    @property
    def outcome(self) -> Refused:
        """The mail fails, and it is not the recipient's fault."""
        return Refused(response=str(self), verdict=Verdict.ERROR)


class Recorder(Protocol):
    """Receives the progress of each mail."""

    def handing_over(self, key: int) -> None:
        """From now until `settled` the mail's outcome is unknown outside the transport."""

    def settled(self, key: int, outcome: Outcome) -> None:
        """Report the mail's outcome; exactly once for each mail handed over."""


class Session(Protocol):
    """An open session of a transport; used by one thread."""

    def send(self, mails: Iterable[Mail], recorder: Recorder) -> None:
        """Hand over each mail and report its outcome.

        Every mail taken from `mails` gets exactly one `settled`, unless `TransportStopped` is
        raised: then mails not settled were not handed over. A connection that breaks is reported
        through the outcomes (`InDoubt` for what was under way, `Deferred` for what was not).
        A session may take mails ahead of the one under way, so that the next is ready in time.
        """

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


class Transport(Protocol):
    """A configured transport; made by calling its class with validated `Options`."""

    Options: type[BaseModel]
    """The options of `[transports.NAME]` besides `kind`; secrets are `SecretStr`."""

    connections: int
    """How many sessions may usefully be open at once."""

    def open(self) -> Session:
        """A session; may connect now or at the first `send`.

        Raises:
            TransportStopped: this can never work as configured.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckFinding:
    """A fact about a transport's server.

    Args:
        about: a short label, such as "TLS".
    """

    about: str
    words: str


@runtime_checkable
class Inspectable(Protocol):
    """A transport that can inspect its server."""

    def inspect(self) -> Sequence[CheckFinding]:
        """Connect and report the server's features; sends no mail.

        Raises:
            NewsletterError: the connection failed.
        """


class ClosingSession:
    """Base class of sessions: a context manager that calls `close`."""

    def close(self) -> None:
        """Release nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
