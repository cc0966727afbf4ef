"""Kinds of bounces as SES names them, which providers that stand on it pass on.

https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#bounce-types
"""

from newsletter.transports.api.webhooks import judged
from newsletter.transports.events import EventKind

_BY_SUBTYPE = {
    "Suppressed": EventKind.HARD,
    "OnAccountSuppressionList": EventKind.HARD,
    "NoEmail": EventKind.HARD,
    "MailboxFull": EventKind.FULL,
    "MessageTooLarge": EventKind.SOFT,
    "ContentRejected": EventKind.BLOCKED,
    "AttachmentRejected": EventKind.BLOCKED,
}


def bounce_kind(kind: object, subtype: object, answer: object) -> EventKind:
    """What a bounce means.

    Args:
        kind: Permanent, Transient or Undetermined.
        answer: the server's words, where they are told.
    """
    named_kind = _BY_SUBTYPE.get(str(subtype))
    return named_kind or judged(answer, is_permanent=kind == "Permanent")
