"""Reads the new mails of a Maildir, and marks them as seen as any mail program does."""

from pathlib import Path

from newsletter.config.tables.feedback import MailboxOptions
from newsletter.feedback.receivers.base import (
    BATCH_SIZE,
    MAX_BYTES,
    MailboxPosition,
    MailboxUnreachable,
    Take,
)


def read(options: MailboxOptions, _position: MailboxPosition, take: Take) -> int:
    """Take in the mails in `new`, and move each to `cur`; how many.

    Raises:
        MailboxUnreachable: the folder cannot be read or written.
    """
    folder = Path(options.path)
    try:
        new = sorted(path for path in (folder / "new").iterdir() if path.is_file())[:BATCH_SIZE]
        (folder / "cur").mkdir(exist_ok=True)
        for path in new:
            with path.open("rb") as opened:
                content = opened.read(MAX_BYTES)
            take(content)
            path.rename(folder / "cur" / f"{path.name}:2,S")
    except OSError as error:
        raise MailboxUnreachable(f"{folder}: {error.strerror or error}") from error
    return len(new)
