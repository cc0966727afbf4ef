"""Transcripts of one mail's SMTP conversation, for an administrator.

Noting costs one append to a list; the text is made only for a mail that was not simply taken. Login
and TLS come before the first mail and are never noted, so that no credentials can stand in it.
"""

import re

from newsletter.transports.smtp.connection import Connection
from newsletter.transports.smtp.envelope import Command
from newsletter.transports.smtp.replies import Reply
from newsletter.transports.transcript_lines import bounded, printable

Noted = list[Command] | Reply | re.Match[bytes] | int | str
"""Commands sent together; a reply, or several matched at once; the content's bytes; an event."""


class SmtpTranscript:
    """The transaction of the current mail; used by one thread."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._noted: list[Noted] = []
        self.note = self._noted.append
        """Note what was sent, heard or happened."""

    def begin(self) -> None:
        """Forget the mail before."""
        self._noted.clear()

    def text(self) -> str:
        """The conversation on the current mail, at most `MAX_BYTES` of its end; empty: none."""
        if not self._noted:
            return ""
        lines = [line for noted in self._noted for line in _lines(noted)]
        return bounded([_peer(self._connection), *map(printable, lines)])


def _lines(noted: Noted) -> list[str]:
    match noted:
        case list():
            return [f"> {command.decode('utf-8', 'replace').rstrip()}" for _, command in noted]
        case Reply():
            *before, last = noted.lines
            return [*(f"< {noted.code}-{line}" for line in before), f"< {noted.code} {last}"]
        case int():
            return [f"> (the message, {noted} bytes)"]
        case str():
            return [f"* {noted}"]
        case _:
            return [f"< {line}" for line in noted[0].decode("utf-8", "replace").splitlines()]


def _peer(connection: Connection) -> str:
    socket = connection.wire.tls
    safety = f"encrypted by {socket.version()}" if socket else "not encrypted"
    login = f", logged in by {connection.login}" if connection.login else ""
    name = printable(connection.name) or "a server without a name"
    return f"* {name}, {safety}{login}"
