"""The contract of every transport: what it is given, what it answers, how it may fail.

A transport hands mails over and says what became of each. It keeps no ledger: before a mail
enters the stretch in which a lost connection leaves its fate unknown, it calls
`Recorder.handing_over`, and when it knows the answer, `Recorder.settled`. The recorder may write
to disk in both; a transport calls it from the thread that called `send`.
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
"""The type of an option that names a file: a relative path is beside the configuration file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """One message to one recipient.

    Args:
        key: the delivery's number, handed back with its outcome.
        sender: the envelope sender; empty for the null sender.
        recipient: an ASCII (IDNA) domain; a non-ASCII local part needs SMTPUTF8.
        content: a complete message, CRLF line ends, not dot-stuffed.
        plain: vouches that the content is ASCII but for the recipient's own address, its line
            ends are CRLF and no line of it begins with a dot, so that it need not be searched for
            what must be escaped or announced.
    """

    key: int
    sender: str
    recipient: str
    content: bytes
    plain: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """The next hop took responsibility for the mail."""

    response: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Deferred:
    """Not taken now, may be later (SMTP 4xx, a full queue, a refused connection).

    `throttled` is set where the answer speaks of the transport (too fast, blocked), not of
    this mail. `verdict` says whom it speaks of where the transport knows more than the words.
    """

    response: str
    retry_after: timedelta | None = None
    throttled: bool = False
    verdict: Verdict | None = field(default=None, compare=False)

    @property
    def about(self) -> Verdict:
        """Whom the answer speaks of."""
        return self.verdict or classify(self.response)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Refused for good (SMTP 5xx); `about` says whether for the recipient's sake or for ours."""

    response: str
    verdict: Verdict | None = field(default=None, compare=False)

    @property
    def about(self) -> Verdict:
        """Whom the answer speaks of."""
        return self.verdict or classify(self.response)


@dataclass(frozen=True, kw_only=True, slots=True)
class InDoubt:
    """Handed over, but the answer never came: it may or may not arrive."""

    response: str


Outcome = Accepted | Deferred | Refused | InDoubt


class TransportStopped(NewsletterError):
    """The transport cannot send anything as configured (bad password, sender refused).

    Mails without an outcome were not handed over; the edition stops and an alarm is due.
    """


class Unsupported(TransportStopped):
    """The provider cannot carry something that the mail needs; never dropped in silence."""


class Recorder(Protocol):
    """Hears of each mail as it happens."""

    def handing_over(self, key: int) -> None:
        """From now until `settled` the fate of this mail is unknown outside the transport."""

    def settled(self, key: int, outcome: Outcome) -> None:
        """The outcome of this mail; called exactly once for each mail that was handed over."""


class Session(Protocol):
    """An open way out; used by one thread."""

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
    """A configured way for mail to leave; made by calling its class with checked `Options`."""

    Options: type[BaseModel]
    """What the `[transports.NAME]` table may say besides `kind`; secrets are `SecretStr`."""

    connections: int
    """How many sessions may usefully be open at once."""

    def open(self) -> Session:
        """A session; may connect now or at the first `send`.

        Raises:
            TransportStopped: this can never work as configured.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something the other end of a transport has told of itself, or will not do.

    Args:
        about: in a word or two, such as "TLS".
    """

    about: str
    words: str


@runtime_checkable
class Inspectable(Protocol):
    """A transport whose other end can be asked about itself."""

    def inspect(self) -> Sequence[Finding]:
        """Connect and ask; sends nothing.

        Raises:
            NewsletterError: no connection, now or never.
        """


class ClosingSession:
    """The `with` statement for sessions: leaves by `close`."""

    def close(self) -> None:
        """Nothing to give back."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
