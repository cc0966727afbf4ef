"""HTTP/1.1 protocol with the timeouts and header limits that uvicorn lacks (slowloris).

uvicorn's only timeout is for an idle connection after an answer, and every byte restarts it; its
parser takes headers of any size. A reverse proxy bounds both; a site without one needs this.
"""

import asyncio
from collections import OrderedDict
from enum import StrEnum
from functools import partial
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

# From connection, or the first byte of a later request.
HEADER_SECONDS = 10.0
# From the end of the headers, and again for as long as at least this much comes in that time:
# what the office uploads takes its time on a telephone.
BODY_SECONDS = 20.0
BODY_BYTES_A_SECOND = 16 * 1024
# For a client to read a response.
SENDING_SECONDS = 300.0
CLOSING_SECONDS = 1.0
# nginx allows 32 KiB (large_client_header_buffers), Apache 8 KiB a line.
MAX_HEADERS_BYTES = 32 * 1024
# Per process; beyond, the connection waiting longest for its request is closed.
MAX_CONNECTIONS = 4096
# Requests behind the one being answered. No browser or proxy sends several; the parser makes a
# request of every 18 bytes, 14,000 of what is read at once.
MAX_PIPELINED = 16

_TOO_LARGE = b"431 Request Header Fields Too Large"
_TIMEOUT = b"408 Request Timeout"


class Stage(StrEnum):
    """State of a connection: what it waits for."""

    IDLE = "idle"  # the next request; uvicorn's own keep-alive timeout runs
    HEADERS = "headers"  # the rest of the request line and headers
    BODY = "body"  # the rest of the body
    ANSWER = "answer"  # the application


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with timeouts, header limits and a maximum of connections."""

    max_connections: ClassVar[int] = MAX_CONNECTIONS
    header_seconds: ClassVar[float] = HEADER_SECONDS
    body_seconds: ClassVar[float] = BODY_SECONDS
    body_bytes_a_second: ClassVar[int] = BODY_BYTES_A_SECOND
    sending_seconds: ClassVar[float] = SENDING_SECONDS
    _waiting: ClassVar[OrderedDict["BoundedProtocol", None]] = OrderedDict()
    """Connections with an incomplete request, the longest waiting first."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.stage = Stage.HEADERS
        self._header_bytes = 0
        self._body_bytes = 0
        self._unanswered: list[RequestResponseCycle] = []
        self._is_refused = False
        """What follows is not read: the connection closes after the answers under way."""
        self._deadline: asyncio.TimerHandle | None = None
        self._sending: asyncio.TimerHandle | None = None
        if len(self.connections) > self.max_connections and self._waiting:
            longest, _ = self._waiting.popitem(last=False)
            longest.transport.abort()
        self._waiting[self] = None
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._waiting.pop(self, None)
        self._disarm()
        self._stop_sending_deadline()
        # uvicorn tells only the last of several pipelined requests, and an earlier one would write.
        for cycle in self._unanswered:
            cycle.disconnected = not cycle.response_complete
            cycle.message_event.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        if self.stage is Stage.IDLE:
            self.stage, self._header_bytes = Stage.HEADERS, 0
        before = self.stage
        self._body_bytes += len(data)
        super().data_received(data)
        if self._is_refused or self.transport.is_closing():
            return
        if self.stage is Stage.HEADERS:
            # The parser does not report an unfinished header, so bytes are counted here.
            self._header_bytes += len(data)
        if self._header_bytes > MAX_HEADERS_BYTES:
            self._give_up(_TOO_LARGE)
        elif self.stage in (Stage.ANSWER, Stage.IDLE):
            self._disarm()
        elif self.stage is not before or self._deadline is None:
            self._disarm()
            self._arm()

    def on_message_begin(self) -> None:
        self.stage, self._header_bytes = Stage.HEADERS, 0
        if len(self.pipeline) >= MAX_PIPELINED:
            raise ValueError("too many requests at once")
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        # Also called for trailers of a chunked body (RFC 9112 section 7.1.2).
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self.stage = Stage.BODY
        super().on_headers_complete()
        self._unanswered = [c for c in self._unanswered if not c.response_complete]
        self._unanswered += [self.cycle] if self.cycle is not None else []

    def on_message_complete(self) -> None:
        self.stage = Stage.ANSWER
        self._waiting.pop(self, None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        if not self.pipeline:
            self.stage = Stage.IDLE if self.stage is Stage.ANSWER else self.stage
            self._waiting[self] = None
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse after the answers to the requests before, one of which it would be taken for."""
        if self.stage is Stage.BODY and self.pipeline:
            self.pipeline.popleft()
            self._unanswered.pop()
        before = [cycle for cycle in self._unanswered if not cycle.response_complete]
        if not before or (self.stage is Stage.BODY and before[-1] is self.cycle):
            super().send_400_response(msg)
            return
        self._is_refused = True
        self._disarm()
        self._waiting.pop(self, None)
        self.cycle = before[-1]
        self.cycle.keep_alive = False

    def _unsupported_upgrade_warning(self) -> None:
        """Log nothing: whoever asks may be ignored (RFC 9110 section 7.8), and may ask often."""

    def pause_writing(self) -> None:
        if self._sending is None:
            self._sending = self.loop.call_later(self.sending_seconds, self.transport.abort)
        super().pause_writing()

    def resume_writing(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self._stop_sending_deadline()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        # Buffered data is still sent before the connection closes, within the timeout.
        if self.transport.get_write_buffer_size() and self._sending is None:
            self._sending = self.loop.call_later(self.sending_seconds, self.transport.abort)

    def _count(self, header_bytes: int) -> None:
        self._header_bytes += header_bytes
        if self._header_bytes > MAX_HEADERS_BYTES:
            raise ValueError("the headers are too large")

    def _arm(self) -> None:
        self._body_bytes = 0
        if self.stage is Stage.BODY:
            self._deadline = self.loop.call_later(self.body_seconds, self._judge_body)
        else:
            give_up = partial(self._give_up, _TIMEOUT)
            self._deadline = self.loop.call_later(self.header_seconds, give_up)

    def _judge_body(self) -> None:
        """Wait on for a body that comes at a fair pace, and was not answered and dropped."""
        is_answered = self.cycle is not None and self.cycle.response_complete
        if not is_answered and self._body_bytes >= self.body_bytes_a_second * self.body_seconds:
            self._arm()
        else:
            self._give_up(_TIMEOUT)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _stop_sending_deadline(self) -> None:
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None

    def _give_up(self, status: bytes) -> None:
        """Close, with a status where it cannot be mistaken for another request's response."""
        self._disarm()
        if self.transport.is_closing():
            return
        is_answering = self.cycle is not None and not self.cycle.response_complete
        if not is_answering or (self.stage is Stage.BODY and not self.cycle.response_started):
            self.transport.write(
                b"HTTP/1.1 %s\r\nconnection: close\r\ncontent-length: 0\r\n\r\n" % status
            )
        self.transport.close()
        # A client that does not read it is disconnected.
        self.loop.call_later(CLOSING_SECONDS, self.transport.abort)
