"""The next hop of every server: an SMTP server that stores its mail."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from servers import free_port

UNKNOWN, BUSY = "unknown", "busy"
"""Prefixes of the local parts of unknown and of busy mailboxes."""


@dataclass(frozen=True, kw_only=True)
class Backend:
    """A file with one stored mail a line, and the server's port."""

    file: Path
    port: int

    def stored(self) -> list[tuple[str, bytes]]:
        """Recipient and content of every mail."""
        # A line without its end is still being written.
        whole, _, _ = self.file.read_text().rpartition("\n")
        lines = map(json.loads, whole.splitlines())
        return [(line["recipient"], line["content"].encode("latin-1")) for line in lines]


class _Keeping:
    """An aiosmtpd handler."""

    def __init__(self, file: Path) -> None:
        self._file = file

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith(UNKNOWN):
            return "550 5.1.1 no such user"
        if address.startswith(BUSY):
            return "451 4.2.1 mailbox busy"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        with self._file.open("a") as file:
            for recipient in envelope.rcpt_tos:
                kept = {"recipient": recipient, "content": content.decode("latin-1")}
                file.write(json.dumps(kept) + "\n")
        return "250 2.0.0 kept"


@contextmanager
def backend(folder: Path) -> Iterator[Backend]:
    """Store mail while the block runs."""
    file = folder / "stored.jsonl"
    file.touch()
    file.chmod(0o666)
    controller = Controller(
        _Keeping(file), "127.0.0.1", free_port(), enable_SMTPUTF8=True, data_size_limit=0
    )
    controller.start()
    try:
        yield Backend(file=file, port=controller.port)
    finally:
        controller.stop()
