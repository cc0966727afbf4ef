"""A port that a mail server delivers to by LMTP (RFC 2033).

One recipient a transaction: aiosmtpd answers DATA once, however many recipients there are (its
issue 517), so one that failed would be reported as delivered.
"""

import asyncio
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from newsletter.errors import NewsletterError, StorageError
from newsletter.logging import EventLogger
from newsletter.mail_listener import MailListener

log = EventLogger(__name__)

# The SIZE limit announced after LHLO (RFC 1870): a report may bring the whole mail back.
MAX_MAIL_BYTES = 32 * 1024 * 1024

Store = Callable[[bytes, Sequence[str]], object]
"""Stores a mail to these recipients; returns once that is certain."""


class LmtpServer:
    """Listens while its `with` block runs.

    Args:
        address: host and port, such as "127.0.0.1:2424"; port 0: any free one.
    """

    def __init__(self, address: str, store: Store) -> None:
        self.host, _, port = address.rpartition(":")
        handler = _Handler(store)
        self._listener = MailListener(
            lambda: LMTP(
                handler,
                data_size_limit=MAX_MAIL_BYTES,
                enable_SMTPUTF8=True,
                hostname="localhost",
            ),
            self.host,
            int(port),
        )

    @property
    def port(self) -> int:
        """Inside the block, the port listened on."""
        return self._listener.port

    def __enter__(self) -> Self:
        try:
            self._listener.__enter__()
        except OSError as error:
            raise StorageError(
                f"feedback.lmtp cannot listen at {self.host}:{self.port}: "
                f"{error.strerror or error}; is the port in use already?"
            ) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.__exit__(kind, error, traceback)


class _Handler:
    """aiosmtpd's handler; the methods have its names."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def handle_RCPT(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if envelope.rcpt_tos:
            return "452 4.5.3 one recipient at a time"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        try:
            await asyncio.to_thread(self._store, content, envelope.rcpt_tos)
        except NewsletterError as error:
            log.error("returned mail not stored", error=str(error))  # noqa: TRY400
            return "451 4.3.0 not stored; try again later"
        return "250 2.0.0 stored"
