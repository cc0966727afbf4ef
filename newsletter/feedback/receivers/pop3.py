"""Reads a mailbox by POP3 (RFC 1939); leaves every mail where it is."""

import poplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from newsletter.config.tables.feedback import MailboxOptions, Security
from newsletter.feedback.receivers.base import (
    BATCH_SIZE,
    MAX_BYTES,
    MailboxPosition,
    MailboxUnreachable,
    Take,
)

TIMEOUT_SECONDS = 30
# TOP counts lines (RFC 1939, 7); with 998 characters at most, these are enough for a report.
MAX_LINES = 4000
# As imaplib's own.
MAX_LINE_BYTES = 1_000_000


class _LongLines:
    """Takes lines of any length within reason, on this connection.

    poplib's bound of 2048 octets would end the connection, at every look anew: servers pass on what
    they were given, whatever RFC 5322, 2.1.1 allows.
    """

    file: BinaryIO

    def _getline(self) -> tuple[bytes, int]:
        line = self.file.readline(MAX_LINE_BYTES + 1)
        if len(line) > MAX_LINE_BYTES:
            raise poplib.error_proto("line too long")
        if not line:
            raise poplib.error_proto("the server hung up")
        return line.rstrip(b"\r\n"), len(line)


class _Pop3(_LongLines, poplib.POP3):
    """Without TLS from the beginning."""


class _Pop3Tls(_LongLines, poplib.POP3_SSL):
    """With TLS from the beginning."""


def read(options: MailboxOptions, position: MailboxPosition, take: Take) -> int:
    """Take in the mails not seen before; how many.

    Raises:
        MailboxUnreachable: the server does not answer, or refuses.
    """
    with _opened(options) as box:
        listed = [line.decode("latin-1").partition(" ") for line in box.uidl()[1]]
        names = {name: int(number) for number, _, name in listed}
        new = [name for name in names if name not in position.seen][:BATCH_SIZE]
        # What is gone from the mailbox need not be remembered.
        position.seen &= names.keys()
        for name in new:
            lines = box.top(names[name], MAX_LINES)[1]
            take(b"\n".join(lines)[:MAX_BYTES])
            position.seen.add(name)
    return len(new)


@contextmanager
def _opened(options: MailboxOptions) -> Iterator[poplib.POP3]:
    try:
        box = _connected(options)
        try:
            box.user(options.user)
            box.pass_(options.password.get_secret_value())
            yield box
        finally:
            box.quit()
    except (OSError, poplib.error_proto) as error:
        place = f"{options.user} at {options.host}:{options.port_number}"
        raise MailboxUnreachable(f"{place}: {' '.join(str(error).split())[:300]}") from error


def _connected(options: MailboxOptions) -> poplib.POP3:
    host, port = options.host, options.port_number
    if options.security is Security.TLS:
        context = ssl.create_default_context()
        return _Pop3Tls(host, port, timeout=TIMEOUT_SECONDS, context=context)
    box = _Pop3(host, port, timeout=TIMEOUT_SECONDS)
    if options.security is Security.STARTTLS:
        try:
            box.stls(ssl.create_default_context())
        except BaseException:
            with suppress(OSError):
                box.close()
            raise
    return box
