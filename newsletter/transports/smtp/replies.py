"""What an SMTP server answers, and what that means for the mail at hand.

Reading answers off a connection is the business of `smtp_wire`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from newsletter.transports.base import Accepted, Deferred, Outcome, Refused, TransportStopped

_LONGEST_RESPONSE = 500  # characters of an answer that are kept
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")  # RFC 3463

# What is answered to all but a few mails, read at one go: "yes" to the content, and to an envelope
# that was sent whole (MAIL, RCPT, DATA).
CONTENT_TAKEN = re.compile(rb"(250 [\x20-\x7e]{0,500})\r\n")
ENVELOPE_TAKEN = re.compile(rb"(?:250 [^\r\n]{0,500}\r\n){2}354 [^\r\n]{0,500}\r\n")
# Without a login, or with one that is not taken (RFC 4954, 6).
_LOGIN_CODES = {530, 535}
# Words of servers that refuse us rather than the recipient, often as late as at RCPT.
_REFUSES_US = re.compile(
    r"relay(ing)?( access)? (denied|not (permitted|allowed)|prohibited)|unable to relay"
    r"|client host (\S+ )?(rejected|blocked)|sender address rejected|authentication (is )?required",
    re.IGNORECASE,
)
_TOO_FAST = re.compile(r"too (many|fast|much)|rate limit|throttl", re.IGNORECASE)
_GREYLISTED = re.compile(r"gr[ea]y-?list", re.IGNORECASE)


class Step(StrEnum):
    """What the server answers to."""

    RSET = "RSET"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"  # the command; 354 asks for the content
    CONTENT = "content"  # its final dot


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """One whole answer, of one line or several."""

    code: int
    lines: tuple[str, ...]

    @property
    def response(self) -> str:
        """The answer in one printable line; its enhanced status code stays in front."""
        text = f"{self.code} {' '.join(self.lines)}"[:_LONGEST_RESPONSE].strip()
        if text.isprintable():
            return text
        return "".join(letter if letter.isprintable() else "?" for letter in text)

    @property
    def enhanced(self) -> str:
        """The status code of RFC 3463; empty where the server gives none."""
        match = _ENHANCED.match(self.lines[0])
        return match[0] if match else ""


def is_throttling(reply: Reply) -> bool:
    """Whether a 4xx speaks of the connection or of our pace, not of this mail."""
    if reply.code in {421, 454}:
        return True
    if _GREYLISTED.search(reply.response):
        return False  # waits for this very mail to come again
    return reply.enhanced.startswith("4.7.") or bool(_TOO_FAST.search(reply.response))


def outcome_of(reply: Reply, step: Step) -> Outcome:
    """What an answer that is not the wished-for one (or the last one) means for the mail.

    Raises:
        TransportStopped: the server refuses us, not this mail.
    """
    if step is Step.CONTENT and 200 <= reply.code < 300:
        return Accepted(response=reply.response)
    if 400 <= reply.code < 500:
        return Deferred(response=reply.response, throttled=is_throttling(reply))
    if _stops_everything(reply, step):
        raise TransportStopped(
            f"the SMTP server refused us at {step}: {reply.response}; "
            "check the sender's address, the login, and whether this machine may send by it"
        )
    return Refused(response=reply.response)


def _stops_everything(reply: Reply, step: Step) -> bool:
    if reply.code in _LOGIN_CODES:
        return True
    if step is Step.MAIL:
        # 552 and 5.3.4: too large (RFC 1870, 6.1); that is about the mail.
        return reply.code != 552 and reply.enhanced != "5.3.4"
    return step is Step.RCPT and bool(_REFUSES_US.search(reply.response))
