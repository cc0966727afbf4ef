"""SMTP replies, and the outcomes that follow from them.

`verdicts` classifies replies; `wire` reads them from a connection.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from newsletter.transports.base import Accepted, Deferred, Outcome, Refused, TransportStopped
from newsletter.transports.verdicts import (
    CLOSING_CODES,
    LOGIN_CODES,
    REFUSES_US,
    Verdict,
    classify,
)

_MAX_RESPONSE_LENGTH = 500  # characters
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")  # RFC 3463

# The usual replies, parsed with one match: to the content, and to a pipelined envelope (MAIL, RCPT,
# DATA).
CONTENT_TAKEN = re.compile(rb"(250 [\x20-\x7e]{0,500})\r\n")
ENVELOPE_TAKEN = re.compile(rb"(?:250 [^\r\n]{0,500}\r\n){2}354 [^\r\n]{0,500}\r\n")


class SmtpCommand(StrEnum):
    """The command that a reply answers."""

    RSET = "RSET"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"  # the command; 354 asks for the content
    CONTENT = "content"  # after the final dot


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """One complete reply, of one or several lines."""

    code: int
    lines: tuple[str, ...]

    @property
    def response(self) -> str:
        """The reply in one printable line."""
        text = f"{self.code} {' '.join(self.lines)}"[:_MAX_RESPONSE_LENGTH].strip()
        if text.isprintable():
            return text
        return "".join(letter if letter.isprintable() else "?" for letter in text)

    @property
    def enhanced(self) -> str:
        """The enhanced status code (RFC 3463); empty where the server gives none."""
        match = _ENHANCED.match(self.lines[0])
        return match[0] if match else ""


def outcome_of(reply: Reply, step: SmtpCommand) -> Outcome:
    """The outcome of a refusal, or of the reply to the content.

    Raises:
        TransportStopped: the server refuses us, whoever the recipient is. A refusal of the sender
            at RCPT or after the content may concern one recipient's domain only: that is
            `Refused` with its verdict, and the circuit breaker counts them.
    """
    if step is SmtpCommand.CONTENT and 200 <= reply.code < 300:
        return Accepted(response=reply.response)
    verdict = classify(reply.response, at_content=step is SmtpCommand.CONTENT)
    if 400 <= reply.code < 500:
        is_greylisted = verdict is Verdict.GREYLISTED
        return Deferred(
            response=reply.response,
            throttled=not is_greylisted and _is_throttling(reply, verdict),
            verdict=verdict,
        )
    if _stops_everything(reply, step, verdict):
        raise TransportStopped(
            f"the SMTP server refused us at {step}: {reply.response}; "
            "check the sender's address, the login, and whether this machine may send by it"
        )
    return Refused(response=reply.response, verdict=verdict)


def _is_throttling(reply: Reply, verdict: Verdict) -> bool:
    """Whether a 4xx concerns the connection or the sender, not this mail."""
    return reply.code in CLOSING_CODES or verdict in REFUSES_US


def _stops_everything(reply: Reply, step: SmtpCommand, verdict: Verdict) -> bool:
    if reply.code in LOGIN_CODES:
        return True
    # 552 and 5.3.4: too large (RFC 1870, 6.1); that concerns the mail.
    return step is SmtpCommand.MAIL and verdict not in {Verdict.MESSAGE, Verdict.FULL}
