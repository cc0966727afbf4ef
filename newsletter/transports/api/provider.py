"""The interface of a provider's API: encoding of mails, limits, meaning of responses."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import requests

from newsletter.transports.api.answers import ApiResponse, CallOutcomes
from newsletter.transports.api.calls import Call
from newsletter.transports.base import Mail
from newsletter.transports.envelope_addresses import problem_of_recipient


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What a call may carry.

    Args:
        mails: in one call.
        call_bytes: of a call's body.
        mail_bytes: of one encoded mail.
    """

    mails: int
    call_bytes: int
    mail_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class EncodedMail:
    """A mail and the encoding of it that a call is made of."""

    mail: Mail
    body: bytes


class Provider(ABC):
    """One provider; `ApiSession` does what all have in common."""

    name: ClassVar[str]
    check: str
    """What to look at when it refuses us, for the operator."""
    repeats: int = 0
    """How often a call without an answer is made again. Above 0 for calls with an idempotency
    key only."""
    envelope_bytes: ClassVar[int] = 200
    """What a call has around its mails at most."""

    limits: Limits
    url: str
    """Where calls go."""

    def __init__(self, options: Any) -> None:
        self.options = options

    @abstractmethod
    def sign_in(self, http: requests.Session) -> None:
        """Make all calls of a session ours: headers, or an `auth` of requests."""

    @abstractmethod
    def encode(self, mail: Mail) -> bytes:
        """One mail as a call carries it.

        Raises:
            Unsupported: the provider has no way to carry something in it.
        """

    @abstractmethod
    def call(self, entries: Sequence[EncodedMail]) -> Call:
        """The call that carries the mails."""

    @abstractmethod
    def read(self, reply: ApiResponse, entries: Sequence[EncodedMail]) -> CallOutcomes:
        """What the answer to a call means."""

    def problem_of(self, mail: Mail) -> str | None:
        """Why a recipient cannot be given to the provider; None where it can."""
        problem = problem_of_recipient(mail.recipient)
        if problem is None and not mail.recipient.isascii():
            problem = f"{mail.recipient!r}: {self.name} carries ASCII addresses only"
        return problem
