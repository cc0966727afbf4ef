"""Encodes a mail for an SMTP transaction: commands and dot-stuffed content."""

import re

from newsletter.errors import NewsletterError
from newsletter.transports.base import Mail, Unsupported
from newsletter.transports.envelope_addresses import is_sender, problem_of_recipient
from newsletter.transports.smtp.connection import Connection
from newsletter.transports.smtp.replies import SmtpCommand

_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")

Command = tuple[SmtpCommand, bytes]


class UnsupportedRecipient(NewsletterError):
    """The server does not support this recipient's address."""


def commands(mail: Mail, connection: Connection) -> list[Command]:
    """MAIL, RCPT and DATA for a mail, with the ESMTP parameters that it needs.

    Raises:
        UnsupportedRecipient: this recipient must be refused.
        Unsupported: the mail cannot be sent to anybody.
    """
    if problem := problem_of_recipient(mail.recipient):
        raise UnsupportedRecipient(problem)
    if not is_sender(mail.sender):
        raise Unsupported(f"the envelope sender {mail.sender!r} is not an address")
    parameters = "" if connection.size is None else f" SIZE={len(mail.content)}"
    if connection.size and len(mail.content) > connection.size:
        raise Unsupported(
            f"the mail has {len(mail.content)} bytes, the server takes {connection.size} at most"
        )
    if not (_is_plain(mail) or mail.content.isascii()):
        parameters += _for_eight_bits(connection)
    if _needs_utf8(mail):
        parameters += _for_utf8(mail, connection)
    return [
        (SmtpCommand.MAIL, f"MAIL FROM:<{mail.sender}>{parameters}\r\n".encode()),
        (SmtpCommand.RCPT, f"RCPT TO:<{mail.recipient}>\r\n".encode()),
        (SmtpCommand.DATA, b"DATA\r\n"),
    ]


def stuffed(mail: Mail) -> tuple[bytes, bytes]:
    """The dot-stuffed content (RFC 5321, 4.5.2), and its end with the final dot.

    Raises:
        Unsupported: CR or LF alone, which servers disagree on and which could smuggle in a second
            message (RFC 5321, 2.3.8).
    """
    content = mail.content
    if mail.plain:
        return content, b".\r\n"
    if _BARE.search(content):
        raise Unsupported("the message has line ends other than CRLF")
    content = content.replace(b"\r\n.", b"\r\n..")
    content = b"." + content if content.startswith(b".") else content
    if not content or content.endswith(b"\r\n"):
        return content, b".\r\n"
    return content, b"\r\n.\r\n"


def _is_plain(mail: Mail) -> bool:
    """Whether the content is known to be ASCII; it may contain the recipient's address."""
    return mail.plain and mail.recipient.isascii()


def _needs_utf8(mail: Mail) -> bool:
    if not (mail.recipient.isascii() and mail.sender.isascii()):
        return True
    if _is_plain(mail) or mail.content.isascii():
        return False
    return not mail.content.partition(b"\r\n\r\n")[0].isascii()


def _for_eight_bits(connection: Connection) -> str:
    # RFC 6531, 3.1: SMTPUTF8 comes with 8BITMIME.
    if not (connection.eight_bit or connection.utf8):
        raise Unsupported(
            "the message has 8-bit content, which the SMTP server does not take (8BITMIME)"
        )
    return " BODY=8BITMIME"


def _for_utf8(mail: Mail, connection: Connection) -> str:
    if connection.utf8:
        return " SMTPUTF8"
    if not mail.recipient.isascii():
        raise UnsupportedRecipient(
            f"{mail.recipient} is not in ASCII before the @: the SMTP server would have to offer "
            "SMTPUTF8, and does not"
        )
    raise Unsupported("sender or headers need SMTPUTF8, which the SMTP server does not offer")
