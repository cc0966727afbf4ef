"""Console transport: prints mails to the terminal, for development."""

import email
import email.policy
import sys
from collections.abc import Iterable
from typing import TextIO

from pydantic import BaseModel, Field

from newsletter.config.kinds import OptionTable
from newsletter.printable import printable
from newsletter.transports.base import (
    Accepted,
    ClosingSession,
    Deferred,
    Mail,
    Recorder,
    Session,
    TransportStopped,
)

_RULE = "─" * 72


class TerminalOptions(OptionTable):
    """Printed mail."""

    raw: bool = Field(
        False, description="true: whole messages as they would be sent; false: to be read"
    )


class Transport:
    """The terminal.

    Args:
        stream: where to print; None: standard output as of opening a session.
    """

    Options: type[BaseModel] = TerminalOptions
    connections = 1

    def __init__(self, options: TerminalOptions, stream: TextIO | None = None) -> None:
        self._raw = options.raw
        self._stream = stream

    def open(self) -> Session:
        return ConsoleSession(self._stream or sys.stdout, raw=self._raw)


class ConsoleSession(ClosingSession):
    """Prints mails."""

    def __init__(self, stream: TextIO, *, raw: bool) -> None:
        self._stream = stream
        self._text_of = _as_sent if raw else _as_read

    def send(self, mails: Iterable[Mail], recorder: Recorder) -> None:
        for mail in mails:
            text = f"{_RULE}\n{_envelope(mail)}{self._text_of(mail.content)}"
            recorder.handing_over(mail.key)
            try:
                self._stream.write(_harmless(text, self._stream) + "\n")
                self._stream.flush()
            except (OSError, ValueError) as error:
                recorder.settled(mail.key, Deferred(response=str(error), throttled=True))
                raise TransportStopped(f"the terminal cannot be written to: {error}") from error
            recorder.settled(mail.key, Accepted(response="printed"))


def _envelope(mail: Mail) -> str:
    return f"MAIL FROM:<{mail.sender}>  RCPT TO:<{mail.recipient}>\n"


def _as_sent(content: bytes) -> str:
    return content.decode("utf-8", "replace").replace("\r\n", "\n")


def _as_read(content: bytes) -> str:
    """The visible headers and the text part."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    names = ("From", "To", "Reply-To", "Subject", "Date", "List-Unsubscribe")
    headers = [f"{name}: {message[name]}\n" for name in names if message[name] is not None]
    body = message.get_body(("plain", "html"))
    try:
        text = str(body.get_content()) if body is not None else ""
    except LookupError as error:  # an unknown charset or type
        text = f"({error})"
    return "".join(headers) + "\n" + text.replace("\r\n", "\n")


def _harmless(text: str, stream: TextIO) -> str:
    """Text without what moves a terminal, or cannot be encoded there."""
    shown = printable(text)
    encoding = stream.encoding or "utf-8"
    return shown.encode(encoding, "replace").decode(encoding)
