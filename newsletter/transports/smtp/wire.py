"""The socket of an SMTP connection: reads replies, writes bytes, with limits and timeouts.

Timeouts, oversized and malformed replies raise `ConnectionLost`; callers decide what that means for
a mail.
"""

import re
import select
import socket
import ssl
import struct
import time
from typing import ClassVar

from newsletter.errors import NewsletterError
from newsletter.transports.smtp.replies import Reply
from newsletter.transports.smtp.timing import Timeout

# RFC 5321, 4.5.3.1.5 allows 512 octets a line; some servers send more.
_MAX_LINE_LENGTH = 4096
_MAX_LINES = 100
_READ_BYTES = 16_384
# Over TLS a failed write may have sent a whole record of this size (RFC 8446, 5.1).
_RECORD_BYTES = 16_384
# How long the kernel blocks in one call on a plain connection at most.
_TICK_SECONDS = 5.0


class ConnectionLost(NewsletterError):
    """The connection broke, timed out or returned malformed replies.

    Args:
        out: how many bytes of the last write may have been sent at most.
        closed: whether the server closed the connection.
        alert: the server's TLS alert, as named by OpenSSL.
    """

    def __init__(self, words: str, *, out: int = 0, closed: bool = False, alert: str = "") -> None:
        super().__init__(words)
        self.out = out
        self.closed = closed
        self.alert = alert


class Wire:
    """One connection; used by one thread at a time.

    Args:
        block_seconds: how long the server may leave a block of content unread.
    """

    # Slower on the whole, a server would hold a connection for days.
    slowest_bytes_a_second: ClassVar[int] = 4096

    def __init__(self, connection: socket.socket, block_seconds: float) -> None:
        self._socket = connection
        self._buffer = b""
        self._encrypted = isinstance(connection, ssl.SSLSocket)
        if not self._encrypted:
            _set_kernel_timeouts(connection, min(_TICK_SECONDS, block_seconds))

    @property
    def encrypted(self) -> bool:
        return self._encrypted

    @property
    def tls(self) -> ssl.SSLSocket | None:
        """The TLS socket, for its certificate and cipher."""
        return self._socket if isinstance(self._socket, ssl.SSLSocket) else None

    @property
    def has_unread(self) -> bool:
        """Whether received data has not been read yet."""
        return bool(self._buffer)

    def is_stale(self) -> bool:
        """Whether the server closed the connection or sent something since the last reply."""
        watch = select.poll()
        watch.register(self._socket, select.POLLIN)
        return bool(self._buffer or watch.poll(0))

    def peer(self) -> str:
        """The address of the other end."""
        return str(self._socket.getpeername()[0])

    def own_literal(self) -> str:
        """Our end as an address literal (RFC 5321, 4.1.3)."""
        host = str(self._socket.getsockname()[0])
        return f"[IPv6:{host}]" if ":" in host else f"[{host}]"

    def start_tls(self, context: ssl.SSLContext, host: str, wait: Timeout) -> None:
        """Perform the TLS handshake.

        Raises:
            OSError: the handshake failed; ssl.SSLCertVerificationError for the certificate.
        """
        self._socket.settimeout(wait.seconds)
        self._socket = context.wrap_socket(self._socket, server_hostname=host)
        self._encrypted = True

    def send(self, wait: Timeout, *pieces: bytes) -> None:
        """Send all pieces.

        Args:
            wait: how long the server may leave a block unread.

        Raises:
            ConnectionLost: not all was sent; `out` says how much may have been.
        """
        if self._encrypted:
            self._socket.settimeout(wait.seconds)
            self._send_rest(b"".join(pieces), 0, _RECORD_BYTES, wait)
            return
        size = sum(map(len, pieces))
        try:
            done = self._socket.sendmsg(pieces)
        except BlockingIOError:
            done = 0
        except OSError as error:
            raise _lost(error, wait) from error
        if done < size:
            self._send_rest(b"".join(pieces), done, size, wait)

    def _send_rest(self, data: bytes, done: int, step: int, wait: Timeout) -> None:
        size = len(data)
        view = memoryview(data)
        deadline = time.monotonic() + wait.seconds
        end = deadline + size / self.slowest_bytes_a_second
        while done < size:
            try:
                sent = self._socket.send(view[done : done + step])
            except BlockingIOError:
                sent = 0
            except OSError as error:
                out = min(size, done + step) if self._encrypted else done
                raise _lost(error, wait, out=out) from error
            now = time.monotonic()
            if sent:
                done, deadline = done + sent, now + wait.seconds
            elif now > deadline:
                raise ConnectionLost(wait.describe(), out=done)
            if now > end and done < size:
                raise ConnectionLost(f"the server was too slow {wait.doing}", out=done)

    def take(self, expected: re.Pattern[bytes], wait: Timeout) -> re.Match[bytes] | None:
        """Consume received data that matches the expected reply; else leave it for `reply`.

        Reads once where the buffer is empty.

        Raises:
            ConnectionLost: nothing came in time.
        """
        if not self._buffer:
            self._receive(time.monotonic() + wait.seconds, wait)
        match = expected.match(self._buffer)
        if match:
            self._buffer = self._buffer[match.end() :]
        return match

    def reply(self, wait: Timeout) -> Reply:
        """The server's next reply.

        Raises:
            ConnectionLost: none came in time, or it is malformed (RFC 5321, 4.2).
        """
        deadline = time.monotonic() + wait.seconds
        lines: list[str] = []
        while True:
            line = self._line(deadline, wait)
            code, mark = line[:3], line[3:4]
            if not code.isdigit() or mark not in (b" ", b"-", b"") or not b"200" <= code < b"600":
                raise ConnectionLost(f"not an SMTP answer {wait.doing}: {line[:80]!r}")
            lines.append(line[4:].decode("utf-8", "replace"))
            if mark != b"-":
                return Reply(code=int(code), lines=tuple(lines))
            if len(lines) == _MAX_LINES:
                raise ConnectionLost(f"an answer of more than {_MAX_LINES} lines {wait.doing}")

    def close(self) -> None:
        self._socket.close()

    def _line(self, deadline: float, wait: Timeout) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > _MAX_LINE_LENGTH:
                raise ConnectionLost(
                    f"an answer longer than {_MAX_LINE_LENGTH} bytes a line {wait.doing}"
                )
            self._receive(deadline, wait)
        line, self._buffer = self._buffer[:end], self._buffer[end + 1 :]
        return line.rstrip(b"\r")

    def _receive(self, deadline: float, wait: Timeout) -> None:
        data = None
        while data is None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise ConnectionLost(wait.describe())
            data = self._received_within(left, wait)
        if not data:
            raise ConnectionLost(f"the server closed the connection {wait.doing}", closed=True)
        self._buffer += data

    def _received_within(self, seconds: float, wait: Timeout) -> bytes | None:
        """Data received within a time; None where nothing came."""
        by_python = self._encrypted or seconds < _TICK_SECONDS
        if by_python:
            self._socket.settimeout(seconds)
        try:
            return self._socket.recv(_READ_BYTES)
        except (TimeoutError, BlockingIOError):
            return None
        except OSError as error:
            raise _lost(error, wait) from error
        finally:
            if by_python and not self._encrypted:
                self._socket.settimeout(None)


def _set_kernel_timeouts(connection: socket.socket, seconds: float) -> None:
    """Set timeouts by socket options (SO_RCVTIMEO, SO_SNDTIMEO).

    Python's own timeouts poll before each call, which releases and re-acquires the GIL once more.
    """
    connection.settimeout(None)
    length = struct.pack("@ll", *divmod(round(seconds * 1_000_000), 1_000_000))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, length)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, length)


def _lost(error: OSError, wait: Timeout, out: int = 0) -> ConnectionLost:
    if isinstance(error, TimeoutError):
        return ConnectionLost(wait.describe(), out=out)
    if isinstance(error, ssl.SSLError) and "ALERT" in (error.reason or ""):
        alert = str(error.reason)
        words = f"the server ended TLS {wait.doing}: {_spoken(alert)}"
        return ConnectionLost(words, out=out, closed=True, alert=alert)
    if isinstance(error, ConnectionError | ssl.SSLEOFError | ssl.SSLZeroReturnError):
        words = f"the server broke off {wait.doing}: {error.strerror or error}"
        return ConnectionLost(words, out=out, closed=True)
    return ConnectionLost(f"connection lost {wait.doing}: {error.strerror or error}", out=out)


def _spoken(alert: str) -> str:
    """TLSV13_ALERT_CERTIFICATE_REQUIRED in readable form."""
    return f'the alert "{alert.partition("ALERT_")[2].replace("_", " ").lower()}"'
