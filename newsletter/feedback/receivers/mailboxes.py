"""The kinds of mailboxes by name."""

from collections.abc import Callable, Mapping

from newsletter.config.tables.feedback import MailboxKind, MailboxOptions
from newsletter.feedback.receivers import imap, maildir, pop3
from newsletter.feedback.receivers.base import MailboxPosition, Take

READERS: Mapping[MailboxKind, Callable[[MailboxOptions, MailboxPosition, Take], int]] = {
    MailboxKind.IMAP: imap.read,
    MailboxKind.POP3: pop3.read,
    MailboxKind.MAILDIR: maildir.read,
}


def read(options: MailboxOptions, position: MailboxPosition, take: Take) -> int:
    """Take in what came since; how many mails. `position` is brought forward.

    Raises:
        MailboxUnreachable: it cannot be read.
    """
    return READERS[options.kind](options, position, take)
