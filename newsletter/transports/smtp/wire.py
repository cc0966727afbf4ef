"""The socket under an SMTP session: whole answers in, bytes out, everything bounded.

A server that is silent, endless or garbled is a lost connection here; what that means for a
mail is decided above.
"""

import re
import select
import socket
import ssl
import struct
import time

from newsletter.errors import NewsletterError
from newsletter.transports.smtp.replies import Reply

# RFC 5321, 4.5.3.1.5 allows 512 octets a line; some servers are more talkative.
_LONGEST_LINE = 4096
_MOST_LINES = 100
_READ_BYTES = 16_384
# Over TLS a failed write may have let out a whole record of this size (RFC 8446, 5.1).
_RECORD_BYTES = 16_384


class ConnectionLost(NewsletterError):
    """The connection broke, fell silent or turned to nonsense.

    Args:
        out: at most so many bytes of the last write may have left.
    """

    def __init__(self, words: str, out: int = 0) -> None:
        super().__init__(words)
        self.out = out


class Wire:
    """One connection; used by one thread."""

    def __init__(self, connection: socket.socket, timeout_seconds: float) -> None:
        self._socket = connection
        self._timeout = timeout_seconds
        self._buffer = b""
        self._encrypted = isinstance(connection, ssl.SSLSocket)
        if self._encrypted:
            connection.settimeout(timeout_seconds)
        else:
            _let_the_kernel_time(connection, timeout_seconds)

    @property
    def encrypted(self) -> bool:
        return self._encrypted

    @property
    def has_unread(self) -> bool:
        """Whether something has been received that nobody asked for yet."""
        return bool(self._buffer)

    def is_stale(self) -> bool:
        """Whether the server hung up, or spoke unasked, since the last answer."""
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

    def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Go on encrypted.

        Raises:
            OSError: the handshake failed; ssl.SSLCertVerificationError for the certificate.
        """
        self._socket.settimeout(self._timeout)
        self._socket = context.wrap_socket(self._socket, server_hostname=host)
        self._encrypted = True

    def send(self, *pieces: bytes) -> None:
        """Hand all of it to the network.

        Raises:
            ConnectionLost: not all of it; `out` says how much may have left at most.
        """
        if self._encrypted:
            self._send_rest(b"".join(pieces), 0, _RECORD_BYTES)
            return
        size = sum(map(len, pieces))
        try:
            done = self._socket.sendmsg(pieces)
        except OSError as error:
            raise ConnectionLost(_words(error, "sending"), 0) from error
        if done < size:
            self._send_rest(b"".join(pieces), done, size)

    def _send_rest(self, data: bytes, done: int, step: int) -> None:
        size = len(data)
        view = memoryview(data)
        deadline = time.monotonic() + self._timeout
        while done < size:
            try:
                done += self._socket.send(view[done : done + step])
            except OSError as error:
                out = min(size, done + step) if self._encrypted else done
                raise ConnectionLost(_words(error, "sending"), out) from error
            if done < size and time.monotonic() > deadline:
                raise ConnectionLost("timed out sending", done)

    def take(self, expected: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """What has been received, as far as it is just what was expected; else it stays.

        Reads once where nothing is at hand. Whatever comes otherwise is for `reply` to read.

        Raises:
            ConnectionLost: nothing came in time.
        """
        if not self._buffer:
            self._receive(time.monotonic() + self._timeout)
        match = expected.match(self._buffer)
        if match:
            self._buffer = self._buffer[match.end() :]
        return match

    def reply(self, timeout_seconds: float | None = None) -> Reply:
        """The server's next answer.

        Raises:
            ConnectionLost: none came in time, or not one of RFC 5321, 4.2.
        """
        deadline = time.monotonic() + (timeout_seconds or self._timeout)
        lines: list[str] = []
        while True:
            line = self._line(deadline)
            code, mark = line[:3], line[3:4]
            if not code.isdigit() or mark not in (b" ", b"-", b"") or not b"200" <= code < b"600":
                raise ConnectionLost(f"not an SMTP answer: {line[:80]!r}")
            lines.append(line[4:].decode("utf-8", "replace"))
            if mark != b"-":
                return Reply(code=int(code), lines=tuple(lines))
            if len(lines) == _MOST_LINES:
                raise ConnectionLost(f"an answer of more than {_MOST_LINES} lines")

    def close(self) -> None:
        self._socket.close()

    def _line(self, deadline: float) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > _LONGEST_LINE:
                raise ConnectionLost(f"an answer longer than {_LONGEST_LINE} bytes a line")
            self._receive(deadline)
        line, self._buffer = self._buffer[:end], self._buffer[end + 1 :]
        return line.rstrip(b"\r")

    def _receive(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise ConnectionLost("timed out waiting for an answer")
        is_short = left < self._timeout / 2  # a server that trickles, or a shorter wait asked for
        if is_short:
            self._socket.settimeout(left)
        try:
            data = self._socket.recv(_READ_BYTES)
        except OSError as error:
            raise ConnectionLost(_words(error, "waiting for an answer")) from error
        finally:
            if is_short:
                self._socket.settimeout(self._timeout if self._encrypted else None)
        if not data:
            raise ConnectionLost("the server closed the connection")
        self._buffer += data


def _let_the_kernel_time(connection: socket.socket, seconds: float) -> None:
    """Bound each call by the socket's own time limits.

    Python's would ask the system before every call whether it may be made, and each question lets
    go of the interpreter and waits for it again.
    """
    connection.settimeout(None)
    # None at all would be for ever.
    length = struct.pack("@ll", *divmod(max(round(seconds * 1_000_000), 1), 1_000_000))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, length)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, length)


def _words(error: OSError, doing: str) -> str:
    # The kernel's own time limit is told as "would block".
    if isinstance(error, TimeoutError | BlockingIOError):
        return f"timed out {doing}"
    return f"connection lost {doing}: {error.strerror or error}"
