"""A real SMTP server in this process that keeps every mail, and can be held in the middle."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Condition, Event
from typing import Any

from aiosmtpd.controller import Controller
from servers import free_port

PATIENCE_SECONDS = 60


@dataclass
class PostOffice:
    """What arrived, in order."""

    port: int
    mails: list[tuple[str, bytes]] = field(default_factory=list)
    """Recipient and content."""
    _holds_after: int | None = None
    _free: Event = field(default_factory=Event)
    _arrived: Condition = field(default_factory=Condition)

    def hold_after(self, count: int) -> None:
        """Answer so many more mails; the next ones wait for `release`."""
        self._free.clear()
        self._holds_after = len(self.mails) + count

    def release(self) -> None:
        """Answer whoever waits, and everybody after."""
        self._holds_after = None
        self._free.set()

    def recipients(self, subject: str) -> list[str]:
        """Of the mails with this subject."""
        return [to for to, content in self.mails if _read(content)["Subject"] == subject]

    def link_to(self, recipient: str, pattern: str) -> str:
        """The first address of this form in the newest mail to somebody, once one arrives."""
        with self._arrived:
            found = self._arrived.wait_for(
                lambda: self._found(recipient, pattern), PATIENCE_SECONDS
            )
        assert found, f"no mail to {recipient} with {pattern}"
        return found

    def _found(self, recipient: str, pattern: str) -> str:
        mine = (content for to, content in reversed(self.mails) if to == recipient)
        return next((found[0] for c in mine if (found := re.search(pattern, _text(c)))), "")

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep one mail."""
        if self._holds_after is not None and len(self.mails) >= self._holds_after:
            await asyncio.to_thread(self._free.wait, PATIENCE_SECONDS)
        with self._arrived:
            self.mails += [(recipient, envelope.content) for recipient in envelope.rcpt_tos]
            self._arrived.notify_all()
        return "250 2.0.0 kept"


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """Open while the block runs."""
    office = PostOffice(port=free_port())
    controller = Controller(office, hostname="127.0.0.1", port=office.port)
    controller.start()
    try:
        yield office
    finally:
        office.release()
        controller.stop()


def _text(content: bytes) -> str:
    part = _read(content).get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


def _read(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message
