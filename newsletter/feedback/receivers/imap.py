"""Reads a folder by IMAP (RFC 9051); moves what is ours aside, and deletes nothing."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from imaplib import IMAP4

from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from newsletter.config.tables.feedback import MailboxOptions, Security
from newsletter.feedback.receivers.base import (
    BATCH_SIZE,
    MAX_BYTES,
    MailboxPosition,
    MailboxUnreachable,
    Take,
)

TIMEOUT_SECONDS = 30


def read(options: MailboxOptions, position: MailboxPosition, take: Take) -> int:
    """Take in the mails that came since; how many. `position` is brought forward.

    Raises:
        MailboxUnreachable: the server does not answer, or refuses.
    """
    with _opened(options) as box:
        _begin_at(box, options, position)
        uids = sorted(int(uid) for uid in box.uids(f"UID {position.last + 1}:*"))
        # The range always holds the last mail, even one read before.
        new = [uid for uid in uids if uid > position.last][:BATCH_SIZE]
        for uid in new:
            content = _content(box, uid)
            if content is not None and take(content) and options.processed:
                box.move(str(uid), options.processed)
            position.last = uid
    return len(new)


@contextmanager
def _opened(options: MailboxOptions) -> Iterator[BaseMailBox]:
    try:
        box = _connected(options)
        with _closing(box):
            box.login(options.user, options.password.get_secret_value(), options.folder)
        with box:
            yield box
    except (OSError, IMAP4.error, ImapToolsError) as error:
        place = f"{options.user} at {options.host}:{options.port_number}"
        raise MailboxUnreachable(f"{place}: {' '.join(str(error).split())[:300]}") from error


def _connected(options: MailboxOptions) -> BaseMailBox:
    host, port = options.host, options.port_number
    match options.security:
        case Security.TLS:
            context = ssl.create_default_context()
            return MailBox(host, port, timeout=TIMEOUT_SECONDS, ssl_context=context)
        case Security.STARTTLS:
            return _encrypted(MailBoxUnencrypted(host, port, timeout=TIMEOUT_SECONDS))
        case _:
            return MailBoxUnencrypted(host, port, timeout=TIMEOUT_SECONDS)


def _encrypted(box: BaseMailBox) -> BaseMailBox:
    """A connection after STARTTLS; imap_tools' own leaves one open whose certificate is refused."""
    with _closing(box):
        box.client.starttls(ssl.create_default_context())
    return box


@contextmanager
def _closing(box: BaseMailBox) -> Iterator[None]:
    """Close the connection where what is done with it fails."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            box.client.shutdown()
        raise


def _begin_at(box: BaseMailBox, options: MailboxOptions, position: MailboxPosition) -> None:
    validity = box.folder.status(options.folder, ["UIDVALIDITY"])["UIDVALIDITY"]
    if validity != position.validity:
        position.validity, position.last = validity, 0
    if options.processed and not box.folder.exists(options.processed):
        box.folder.create(options.processed)


def _content(box: BaseMailBox, uid: int) -> bytes | None:
    """The beginning of a mail, left unread; None where it is gone meanwhile."""
    _, answer = box.client.uid("fetch", str(uid), f"(BODY.PEEK[]<0.{MAX_BYTES}>)")
    parts = [part[1] for part in answer if isinstance(part, tuple)]
    return parts[0] if parts else None
