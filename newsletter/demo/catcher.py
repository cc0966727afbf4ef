"""The mail catcher: an SMTP server on loopback that keeps each mail in a Maildir.

For trying things out: what it takes goes nowhere else. The site shows the folder at /mails.
"""

import mailbox
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from newsletter.errors import StorageError

# Aiosmtpd's own limit (RFC 1870 SIZE) is 32 MB; a newsletter is far smaller.
MAX_MAIL_BYTES = 10 * 1024 * 1024


class MailCatcher:
    """Catches mail while its `with` block runs.

    Args:
        folder: the Maildir; made if missing.
        port: 0 takes any that is free.
    """

    def __init__(self, folder: Path, host: str = "127.0.0.1", port: int = 0) -> None:
        self.folder = folder
        self.host = host
        self._controller = Controller(
            _Keeper(folder), hostname=host, port=port, data_size_limit=MAX_MAIL_BYTES
        )

    @property
    def port(self) -> int:
        """The port that mail is taken at; known once it has started."""
        server = self._controller.server
        sockets = getattr(server, "sockets", ())
        return int(sockets[0].getsockname()[1]) if sockets else int(self._controller.port)

    def __enter__(self) -> Self:
        try:
            # mailbox makes the innermost folder only.
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            mailbox.Maildir(self.folder, create=True)
            self._controller.start()
        except OSError as error:
            raise StorageError(
                f"the mail catcher cannot start with {self.folder} at {self.host}: "
                f"{error.strerror or error}"
            ) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._controller.stop()


class _Keeper:
    """What aiosmtpd calls for each mail."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        trace = "".join(
            f"{name}: {value}\r\n"
            for name, value in (
                ("Return-Path", f"<{envelope.mail_from or ''}>"),
                ("Delivered-To", ", ".join(envelope.rcpt_tos)),
                ("X-RcptTo", ", ".join(envelope.rcpt_tos)),
            )
        )
        content = envelope.original_content or b""
        try:
            mailbox.Maildir(self._folder).add(trace.encode("utf-8") + content)
        except OSError as error:
            return f"452 4.3.1 the mail could not be kept: {error.strerror}"
        return "250 2.0.0 caught"
