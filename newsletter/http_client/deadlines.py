"""HTTP answers with a deadline for head and body together, however slowly their bytes trickle in.

The timeout of a socket is for each read, and begins anew with every byte. So each read of an answer
gets what is left of the time. A TLS handshake is bounded as a whole by Python itself.
"""

import io
import socket
from datetime import timedelta
from http.client import HTTPResponse
from time import monotonic
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager


class Deadline:
    """The end of a time, for one answer or several."""

    def __init__(self, total: timedelta) -> None:
        self.seconds = total.total_seconds()
        self._end = monotonic() + self.seconds

    @property
    def words(self) -> str:
        return f"no complete answer within {self.seconds:g} seconds; try again later"

    @property
    def passed(self) -> bool:
        return monotonic() >= self._end

    def within(self, silence_seconds: float) -> float:
        """How many seconds one step may take.

        Args:
            silence_seconds: how long the other side may be silent.

        Raises:
            TimeoutError: the time is over.
        """
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError(self.words)
        return min(left, silence_seconds)


class DeadlineAdapter(HTTPAdapter):
    """Makes the read timeout of a request that of its whole answer."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        _bound(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*args, **options)
        _bound(manager)
        return manager


def _bound(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


class _DeadlineReader(io.RawIOBase):
    """Reads a connection until a time.

    Args:
        raw: what reads it; it keeps the connection open until it is closed.
        deadline: None: of its own, as long as one read may take.
    """

    def __init__(
        self, connection: socket.socket, raw: io.RawIOBase, deadline: Deadline | None
    ) -> None:
        self._connection = connection
        self._raw = raw
        self._silence_seconds = connection.gettimeout()
        if deadline is None and self._silence_seconds is not None:
            deadline = Deadline(timedelta(seconds=self._silence_seconds))
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._deadline is not None:
            seconds = self._silence_seconds or self._deadline.seconds
            self._connection.settimeout(self._deadline.within(seconds))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class DeadlineResponse(HTTPResponse):
    """An answer that is read until its deadline."""

    deadline: Deadline | None = None
    """None: of its own, as long as one read may take."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_DeadlineReader(sock, raw, self.deadline))


class _Plain(HTTPConnection):
    response_class = DeadlineResponse


class _Secure(HTTPSConnection):
    response_class = DeadlineResponse


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure
