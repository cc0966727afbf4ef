"""The base of mailbox receivers: the position of reading, and the disposal of a mail."""

from collections.abc import Callable
from dataclasses import dataclass, field

from newsletter.errors import NewsletterError

# Of a mail, no more is fetched: reports come first, and what they return last.
MAX_BYTES = 256 * 1024
# So many mails are taken in at one look; the rest at the next.
BATCH_SIZE = 500

Take = Callable[[bytes], bool]
"""Records a mail; whether it was one of ours, and not somebody's letter. Returns once stored."""


class MailboxUnreachable(NewsletterError):
    """A mailbox cannot be read: the server does not answer, or refuses the login."""


@dataclass(kw_only=True)
class MailboxPosition:
    """How far a mailbox is read.

    Args:
        validity: the IMAP folder's UIDVALIDITY (RFC 9051, 2.3.1.1): with another, numbers begin
            anew.
        last: the last UID that was read.
        seen: names of mails that were read, where there are no numbers (POP3's UIDL).
    """

    validity: int = 0
    last: int = 0
    seen: set[str] = field(default_factory=set)
