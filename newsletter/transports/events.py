"""Delivery events (bounce, complaint, delivery) in one form for all sources.

Reports by mail, providers' webhooks and refusals at sending all become an `Event`. What an answer
means is told once, from the verdict on its words and codes. Pure.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.transports.verdicts import Verdict, classify, is_about_size


class EventKind(StrEnum):
    """What happened."""

    HARD = "hard"  # the address does not exist or never takes mail
    SOFT = "soft"  # refused or given up for now; another mail may arrive
    FULL = "full"  # the mailbox is over its quota
    BLOCKED = "blocked"  # refused because of us: policy, spam, reputation, configuration
    COMPLAINT = "complaint"  # the recipient called it spam
    UNSUBSCRIBE = "unsubscribe"  # the recipient left by a provider's link or by mail
    AUTOREPLY = "autoreply"  # out of office, a challenge, a ticket number
    SUCCESS = "success"  # arrived
    DELAYED = "delayed"  # not yet delivered; the server goes on trying
    UNKNOWN = "unknown"  # not understood; kept to be looked at


BOUNCES = frozenset({EventKind.HARD, EventKind.SOFT, EventKind.FULL, EventKind.BLOCKED})
"""The kinds that say that a mail did not arrive."""


class EventSource(StrEnum):
    """Who told it."""

    ANSWER = "answer"  # the next hop, at sending
    REPORT = "report"  # a mail to the bounce address
    WEBHOOK = "webhook"  # a provider's call


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that happened to one mail, or to one recipient.

    Args:
        recipient: as it was told; empty where it was not.
        delivery: the delivery's number, where the mail carried it: in a signed envelope address,
            or in metadata that the provider returns.
        message_id: the Message-ID of our mail, with or without brackets; names the delivery where
            nothing else does.
        status: the enhanced status code (RFC 3463), such as "5.1.1"; empty where none was told.
        reason: the server's words.
        at: when it happened; None: when it is recorded.
        transport: the configured name of the transport; empty where it is not known.
        provider_id: the teller's own id of the event, the same at each repeat; empty: the content
            tells repeats apart.
        evidence: what arrived, as it arrived.
        is_proven: whether its origin is certain: a webhook's signature, a signed envelope address.
    """

    kind: EventKind
    source: EventSource
    recipient: str = ""
    delivery: int | None = None
    message_id: str = ""
    status: str = ""
    reason: str = ""
    at: datetime | None = None
    transport: str = ""
    provider_id: str = ""
    evidence: bytes = b""
    is_proven: bool = True

    @property
    def key(self) -> str:
        """The same for each repeat of the same event, whatever tells it again."""
        said: tuple[object, ...] = (self.source, self.transport, self.provider_id, self.recipient)
        if not self.provider_id:
            said += (self.kind, self.delivery, self.message_id, self.status, self.reason, self.at)
        digest = hashlib.sha256("\0".join(str(part) for part in said).encode("utf-8", "replace"))
        if not self.provider_id:
            digest.update(self.evidence)
        return digest.hexdigest()


_KINDS = {
    Verdict.RECIPIENT: EventKind.HARD,
    Verdict.FULL: EventKind.FULL,
    Verdict.BUSY: EventKind.SOFT,
    Verdict.RESTRICTED: EventKind.BLOCKED,
    Verdict.GREYLISTED: EventKind.SOFT,
    Verdict.MESSAGE: EventKind.SOFT,
    Verdict.DOMAIN: EventKind.SOFT,
    Verdict.UNCLEAR: EventKind.SOFT,
    Verdict.PACE: EventKind.BLOCKED,
    Verdict.POLICY: EventKind.BLOCKED,
    Verdict.CONFIGURATION: EventKind.BLOCKED,
    Verdict.ERROR: EventKind.UNKNOWN,
    Verdict.UNKNOWN: EventKind.SOFT,
}
# A domain that is gone or takes no mail (RFC 3463, X.1.2, X.4.4; RFC 7505), rather than down.
_GONE_DOMAIN = re.compile(
    r"(?<![\d.])5\.(1\.2|1\.10|4\.4)(?!\d)|\b556\b|null ?mx|nxdomain"
    r"|(host|domain)( name)?( [\w.-]+)? (is )?(unknown|not found|does not exist|doesn't exist)"
    r"|(no such|unknown|unrouteable mail) (domain|host)|name or service not known"
    r"|domain is not reachable|all relevant mx records"
    r"|no mx records? (found|for)|indicated no smtp service"
    r"|no mail exchangers|(does not|doesn't) (accept|receive) (any )?(e-?)?mail",
    re.IGNORECASE,
)
# It is for good, whatever code a relay puts before it (RFC 7505, 3).
_NULL_MX = re.compile(r"null ?mx", re.IGNORECASE)
_NO_NAME_SERVER = re.compile(
    r"host not found, try again|malformed or unexpected name server reply", re.IGNORECASE
)
_SECURITY = re.compile(r"(?<![\d.])[45]\.7\.\d")
_DIGIT = re.compile(r"(?<![\w.])([245])(?:\d\d(?![\w.])|\.\d{1,3}\.\d{1,3}(?![\w.]))")


def kind_of(verdict: Verdict, answer: str, *, is_permanent: bool) -> EventKind:
    """What a verdict on a server's answer means for the mail that was given up.

    Args:
        is_permanent: whether the server refused for good, rather than until patience was over.
    """
    if verdict is Verdict.RECIPIENT and not is_permanent:
        return EventKind.SOFT
    is_permanent = is_permanent or bool(_NULL_MX.search(answer))
    if verdict is Verdict.DOMAIN and is_permanent and _GONE_DOMAIN.search(answer):
        # "Host not found, try again" is a name server that did not answer (h_errno TRY_AGAIN).
        return EventKind.SOFT if _NO_NAME_SERVER.search(answer) else EventKind.HARD
    if verdict is Verdict.MESSAGE and _SECURITY.search(answer) and not is_about_size(answer):
        return EventKind.BLOCKED
    return _KINDS[verdict]


def kind_of_answer(answer: str) -> EventKind:
    """What a server's answer to a mail that was given up means, from its words and codes."""
    found = _DIGIT.search(answer)
    return kind_of(classify(answer), answer, is_permanent=not found or found[1] == "5")
