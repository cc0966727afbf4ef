"""Listens for SMTP or LMTP in a thread with an event loop of its own."""

import asyncio
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP


class MailListener:
    """Listens while its `with` block runs; then open connections are closed.

    Args:
        protocol: makes the protocol of one connection; aiosmtpd's LMTP is a kind of SMTP.
        port: 0: any free port.

    Raises:
        OSError: on entering, where it cannot listen there.
    """

    def __init__(self, protocol: Callable[[], SMTP], host: str, port: int) -> None:
        self.port = port
        """Inside the block, the port listened on."""
        self._protocol = protocol
        self._host = host

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        try:
            self._server = self._loop.run_until_complete(
                self._loop.create_server(self._protocol, self._host, self.port)
            )
        except OSError:
            self._loop.close()
            raise
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
