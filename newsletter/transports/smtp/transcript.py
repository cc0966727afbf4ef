"""What was said of one mail over an SMTP connection, as an administrator reads it.

Noting costs one append to a list; the text is made only for a mail that was not simply taken. Login
and TLS come before the first mail and are never noted, so that no credentials can stand in it.
"""

import re

from newsletter.transports.smtp.connection import Connection
from newsletter.transports.smtp.envelope import Command
from newsletter.transports.smtp.replies import Reply

MAX_BYTES = 4000
_MAX_LINE_CHARACTERS = 500
_LEFT_OUT = "… (earlier lines are left out)"

Noted = list[Command] | Reply | re.Match[bytes] | int | str
"""Commands sent together; a reply, or several matched at once; the content's bytes; an event."""


class Transcript:
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
        return _bounded([_peer(self._connection), *map(_printable, lines)])


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
    name = _printable(connection.name) or "a server without a name"
    return f"* {name}, {safety}{login}"


def _printable(line: str) -> str:
    line = line[:_MAX_LINE_CHARACTERS]
    return line if line.isprintable() else "".join(c if c.isprintable() else "?" for c in line)


def _bounded(lines: list[str]) -> str:
    """The first line, and as many of the last as fit."""
    head, *rest = lines
    left = MAX_BYTES - len(f"{head}\n{_LEFT_OUT}".encode())
    kept: list[str] = []
    for line in reversed(rest):
        left -= len(line.encode()) + 1
        if left < 0:
            kept.append(_LEFT_OUT)
            break
        kept.append(line)
    return "\n".join([head, *reversed(kept)])
