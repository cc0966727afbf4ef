"""End-to-end check of a transport: inspects the server and sends one test mail."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newsletter.delivery.alarms import Alarm, alarm_mail
from newsletter.delivery.transactional import MailContext
from newsletter.errors import NewsletterError
from newsletter.transports.base import Accepted, CheckFinding, Inspectable, Outcome, Transport


@dataclass(frozen=True, kw_only=True)
class TransportCheck:
    """Result of a check.

    Args:
        findings: facts about the server; none where the transport is not `Inspectable`.
        is_taken: whether the mail was accepted.
        answer: the response, or why it could not be sent.
    """

    transport: str
    findings: Sequence[CheckFinding] = ()
    is_taken: bool
    answer: str


@dataclass(kw_only=True)
class _Answer:
    """A recorder for one mail."""

    outcome: Outcome | None = None
    begun: list[int] = field(default_factory=list)

    def handing_over(self, key: int) -> None:
        self.begun.append(key)

    def settled(self, key: int, outcome: Outcome) -> None:
        self.outcome = outcome


def check_transport(
    name: str, transport: Transport, address: str, mail_context: MailContext, now: datetime
) -> TransportCheck:
    """Inspect the server and send one mail."""
    findings: Sequence[CheckFinding] = ()
    answer = _Answer()
    alarm = Alarm(
        title=f"A test of the transport {name}",
        text="This mail was sent by newsletter check. If you read it, mail leaves and arrives.",
        details=(f"Sent to {address}.",),
    )
    try:
        if isinstance(transport, Inspectable):
            findings = transport.inspect()
        mail = alarm_mail(alarm, address, mail_context, now)
        with transport.open() as session:
            session.send([mail], answer)
    except NewsletterError as error:
        return TransportCheck(transport=name, findings=findings, is_taken=False, answer=str(error))
    return TransportCheck(
        transport=name,
        findings=findings,
        is_taken=isinstance(answer.outcome, Accepted),
        answer=answer.outcome.response if answer.outcome else "no answer",
    )
