"""The parsed content of a returned mail, as plain values."""

from dataclasses import dataclass

from newsletter.transports.events import BOUNCES, EventKind


@dataclass(frozen=True, kw_only=True, slots=True)
class RecipientFinding:
    """What a mail says about one recipient.

    Args:
        recipient: the address that was tried last; empty where none is named.
        original: the address that the mail was sent to, where it says both.
        status: the enhanced status code, such as "5.1.1"; empty where none is given.
        reason: the server's words in one line.
    """

    kind: EventKind
    recipient: str = ""
    original: str = ""
    status: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class MailReport:
    """What a mail says; kind `UNKNOWN` with no findings where it is no report.

    Args:
        findings: one for each recipient, at least one where anything was understood.
        message_id: of the mail that it is about; empty where it does not say.
        is_about_recipient: whether it speaks of what the recipient did or could not get; a report
            on a failed DKIM signature does not (RFC 6591).
        is_opt_out: of a complaint: the recipient asked to leave, and called nothing spam.
    """

    kind: EventKind
    findings: tuple[RecipientFinding, ...] = ()
    message_id: str = ""
    is_about_recipient: bool = True
    is_opt_out: bool = False


def main_kind(findings: tuple[RecipientFinding, ...]) -> EventKind:
    """The kind of a mail on several recipients: that of the first failure, else of the first."""
    return next((f.kind for f in findings if f.kind in BOUNCES), findings[0].kind)
