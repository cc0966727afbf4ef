"""The options of what comes back: bounces and complaints."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints, model_validator

from newsletter.config.kinds import Duration, OneLine, OptionTable, Slug
from newsletter.http_client.public_addresses import is_loopback

Share = Annotated[float, Field(ge=0, le=1)]


class MailboxKind(StrEnum):
    """How a mailbox is read."""

    IMAP = "imap"
    POP3 = "pop3"
    MAILDIR = "maildir"


class Security(StrEnum):
    """How the connection to a mailbox is encrypted."""

    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"  # only on this machine


_PORTS = {
    (MailboxKind.IMAP, Security.TLS): 993,
    (MailboxKind.IMAP, Security.STARTTLS): 143,
    (MailboxKind.IMAP, Security.PLAIN): 143,
    (MailboxKind.POP3, Security.TLS): 995,
    (MailboxKind.POP3, Security.STARTTLS): 110,
    (MailboxKind.POP3, Security.PLAIN): 110,
}


class MailboxOptions(OptionTable):
    """A mailbox that mail comes back to."""

    kind: MailboxKind = Field(description="imap, pop3 or maildir")
    host: OneLine = Field("", description="The mail server (imap, pop3)")
    port: int = Field(0, ge=0, le=65535, description="Its port; 0: the usual one")
    security: Security = Field(
        Security.TLS, description="tls, starttls, or plain (only on this machine)"
    )
    user: OneLine = Field("", description="The login")
    password: SecretStr = Field(SecretStr(""), description="The password")
    folder: OneLine = Field("INBOX", description="The folder that is read (imap)")
    processed: OneLine = Field(
        "",
        description="Folder that understood mails are moved to (imap); empty: they stay where they "
        "are. Nothing is ever deleted",
    )
    path: str = Field("", description="The folder of a Maildir, absolute")
    every: Duration = Field(timedelta(minutes=1), description="How often it is read")

    @model_validator(mode="after")
    def _is_complete(self) -> "MailboxOptions":
        if self.kind is MailboxKind.MAILDIR:
            if not self.path.startswith("/"):
                raise ValueError("a maildir needs its path, absolute")
        elif not (self.host and self.user):
            raise ValueError("a mailbox needs host and user")
        elif self.security is Security.PLAIN and not is_loopback(self.host):
            raise ValueError(
                f"the password would travel to {self.host} unencrypted; write security "
                '= "tls" or "starttls"'
            )
        return self

    @property
    def port_number(self) -> int:
        """The port, the usual one where none is given."""
        return self.port or _PORTS.get((self.kind, self.security), 0)


class FeedbackOptions(OptionTable):
    """What follows from bounces and complaints."""

    verp: bool = Field(
        False,
        description="true: the envelope sender names the delivery, as bounces+TOKEN@…; the mailbox "
        "must take such addresses (VERP)",
    )
    verp_delimiter: Annotated[str, StringConstraints(pattern=r"^[+=-]$")] = Field(
        "+", description="What stands between the mailbox's name and the token"
    )
    verp_except: tuple[Slug, ...] = Field(
        (), description="Transports whose provider allows no such addresses"
    )
    mailboxes: dict[Slug, MailboxOptions] = Field(
        default_factory=dict, description="Mailboxes that bounces come to, by a name"
    )
    lmtp: Annotated[str, StringConstraints(pattern=r"^(\S+:\d+)?$")] = Field(
        "", description="Address that `newsletter serve` takes bounces at by LMTP, as HOST:PORT"
    )
    max_bounces: Share = Field(
        0.1, description="With a larger share of bounces an edition is paused; 0: never"
    )
    max_complaints: Share = Field(
        0.001, description="With a larger share of complaints an edition is paused; 0: never"
    )
    soft_bounces: int = Field(
        5, ge=1, description="So many temporary bounces in a row suppress an address"
    )
    soft_bounces_over: Duration = Field(
        timedelta(days=10), description="But only where they came over at least so long a time"
    )
    keep_evidence: Duration = Field(
        timedelta(days=30),
        description="How long what came back is kept as it arrived, and what servers said of "
        "mails not taken",
    )
