"""Actions on test mails to one address, outside the ledger: of an edition, of a transport."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from newsletter.actions.action import Job, long_action
from newsletter.actions.context import Context
from newsletter.actions.digests import ComposingContext
from newsletter.delivery.dry_run import build_test_mail
from newsletter.delivery.ledger.shares import transports_of
from newsletter.delivery.outcome_recorder import is_accepted
from newsletter.delivery.transactional import MailContext
from newsletter.delivery.transport_check import TransportCheck, check_transport
from newsletter.editions.composing.masthead import masthead
from newsletter.editions.models import Edition
from newsletter.errors import NewsletterError
from newsletter.rendering.encoding.dkim import DkimKey
from newsletter.rendering.renderer import RenderedMail
from newsletter.staff.permissions import Permission
from newsletter.tokens.links import LinkSigners
from newsletter.transports.base import Mail, Outcome, Transport
from subscribers.addresses import normalise_address

KIND = "test mail"


class HandOverContext(Context, Protocol):
    """A context that can hand over single mails."""

    @property
    def link_signers(self) -> LinkSigners: ...

    @property
    def dkim_keys(self) -> Mapping[str, DkimKey]: ...

    def hand_over(self, transport: str, mails: Sequence[Mail]) -> Mapping[int, Outcome]: ...


class TransportTestContext(ComposingContext, HandOverContext, Protocol):
    """A context that can test a transport."""

    def transport(self, name: str) -> Transport:
        """The configured transport of this name."""


@dataclass(frozen=True, kw_only=True)
class PreviewMail:
    """A rendered edition, and where to."""

    compiled: RenderedMail
    edition: Edition
    name: str
    """In the greeting; empty: none."""
    to: str


@long_action(Permission.WRITE)
def send(job: Job[HandOverContext], mail: PreviewMail) -> str:
    """Mail an edition, marked as a test, to one address; returns that as it is mailed to.

    Raises:
        InvalidInput: no address.
        NewsletterError: the transport did not take it.
    """
    context, to = job.context, normalise_address(mail.to)
    sender = mail.edition.masthead["sender"]["address"]
    mail_parts = build_test_mail(
        mail.compiled,
        mail.edition,
        to,
        mail.name,
        context.link_signers,
        context.dkim_keys.get(sender),
    )
    job.about(KIND, mail.edition.digest or mail.edition.kind.value)
    job.begin()
    outcome = context.hand_over(mail.edition.transport, [mail_parts]).get(mail_parts.key)
    if not is_accepted(outcome):
        raise NewsletterError(
            f"the test to {to} was not taken: {outcome.response if outcome else 'no answer'}"
        )
    job.counts["mails"] = 1
    return to


@long_action(Permission.ADMINISTER)
def try_transport(
    job: Job[TransportTestContext], transport: str, address: str
) -> list[TransportCheck]:
    """Look at the server of a transport, or of each of a route, and send one mail by it.

    Args:
        transport: empty: sending.transport.

    Raises:
        InvalidInput: no address.
        SendingRefused: the imprint or the sender is missing.
    """
    context, to = job.context, normalise_address(address)
    values = masthead(context.config, context.config.bulletins.sender)
    key = context.dkim_keys.get(values["sender"]["address"])
    mail_context = MailContext(masthead=values, renderer=context.renderer, key=key)
    name = transport or context.config.sending.transport
    job.about("transport", name)
    job.begin()
    mails = [
        check_transport(one, context.transport(one), to, mail_context, context.clock.now())
        for one in transports_of(context.config.routes, name)
    ]
    job.counts["mails"] = sum(one.is_taken for one in mails)
    return mails
