"""Delivery events (bounce, complaint, delivery) in one form for all sources.

Reports by mail, providers' webhooks and refusals at sending all become an `Event`.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
        parts: tuple[object, ...] = (self.source, self.transport, self.provider_id, self.recipient)
        if not self.provider_id:
            parts += (self.kind, self.delivery, self.message_id, self.status, self.reason, self.at)
        digest = hashlib.sha256("\0".join(str(part) for part in parts).encode("utf-8", "replace"))
        if not self.provider_id:
            digest.update(self.evidence)
        return digest.hexdigest()
