"""Timeouts and limits against slow, idle and greedy clients, on a real server."""

import socket
from asyncio import sleep as wait
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, closing, suppress
from time import monotonic, sleep

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send
from threads import asgi_server

from newsletter.http.http_protocol import MAX_PIPELINED, BoundedProtocol
from newsletter.http.middleware.body_limits import BodyBuffer, ConcurrencyLimit
from newsletter.http.server import server_settings

PATIENCE_SECONDS = 5.0
LARGE_BYTES = 50_000_000
Address = tuple[str, int]


class Hasty(BoundedProtocol):
    header_seconds = 0.5
    body_seconds = 1.0
    sending_seconds = 0.5
    max_connections = 50


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["path"] == "/unread":
        await PlainTextResponse("too large", 413)(scope, receive, send)
        return
    body = await Request(scope, receive).body()
    size = len(body)
    if scope["path"] == "/large":
        await PlainTextResponse("x" * LARGE_BYTES)(scope, receive, send)
        return
    await PlainTextResponse(f"{scope['method']} {size}")(scope, receive, send)


@pytest.fixture(scope="module")
def address() -> Iterator[Address]:
    app = BodyBuffer(ConcurrencyLimit(echo, most=2))
    settings = {**server_settings("https://wexcombe.example"), "http": Hasty}
    listening = socket.create_server(("127.0.0.1", 0))
    with listening, asgi_server(app, listening, **settings):
        yield listening.getsockname()


def ask(address: Address, sent: bytes) -> bytes:
    """The response before the server closes the connection."""
    with closing(socket.create_connection(address, PATIENCE_SECONDS)) as connection:
        connection.sendall(sent)
        return read_to_end(connection)


def read_to_end(connection: socket.socket) -> bytes:
    connection.settimeout(PATIENCE_SECONDS)
    received = b""
    try:
        while more := connection.recv(65536):
            received += more
    except ConnectionResetError:
        pass
    return received


def is_served(address: Address) -> bool:
    answer = httpx.get(f"http://{address[0]}:{address[1]}/", timeout=PATIENCE_SECONDS, verify=False)
    return answer.text == "GET 0"


def test_unfinished_headers_time_out(address: Address) -> None:
    assert ask(address, b"GET / HTTP/1.1\r\nHost: x\r\n").startswith(b"HTTP/1.1 408 ")


def test_a_silent_connection_times_out(address: Address) -> None:
    assert ask(address, b"").startswith(b"HTTP/1.1 408 ")


def test_a_trickle_of_header_bytes_does_not_extend_the_deadline(address: Address) -> None:
    begun = monotonic()
    with closing(socket.create_connection(address, PATIENCE_SECONDS)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: ")
        with suppress(OSError):
            while monotonic() - begun < PATIENCE_SECONDS:
                connection.sendall(b"x")
                sleep(0.05)
    assert monotonic() - begun < PATIENCE_SECONDS


def test_an_unfinished_body_times_out(address: Address) -> None:
    request = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"
    assert ask(address, request).startswith(b"HTTP/1.1 408 ")


def test_a_large_body_may_take_long_as_long_as_it_comes_at_a_fair_pace(address: Address) -> None:
    size, pieces = 8192, 7
    head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {size * pieces}\r\n"
    with closing(socket.create_connection(address, PATIENCE_SECONDS)) as connection:
        connection.sendall(f"{head}Connection: close\r\n\r\n".encode())
        for _ in range(pieces):
            sleep(0.2)
            connection.sendall(b"x" * size)
        answer = read_to_end(connection)
    assert answer.endswith(f"POST {size * pieces}".encode())


def test_a_later_request_on_a_connection_has_a_deadline_too(address: Address) -> None:
    answers = ask(address, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + b"GET / HTTP/1.1\r\n")
    assert answers.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1 408 " in answers


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000,
        b"GET /" + b"x" * 100_000,
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000,
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    ],
    ids=["one header", "address", "many headers", "complete"],
)
def test_headers_that_are_too_large_are_refused(address: Address, head: bytes) -> None:
    assert ask(address, head)[:12] in {b"HTTP/1.1 431", b"HTTP/1.1 400", b""}
    assert is_served(address)


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
EMPTY = b"0\r\n\r\n"


@pytest.mark.parametrize(
    "unclear",
    [
        b"Content-Length: 5\r\n" + CHUNKED + b"\r\n" + EMPTY,
        CHUNKED + b"Content-Length: 5\r\n\r\n" + EMPTY,
        b"Content-Length: 3\r\nContent-Length: 3\r\n\r\na=b",
        b"Content-Length: 3\r\nContent-Length: 5\r\n\r\na=b",
        b"Content-Length: 3, 3\r\n\r\na=b",
        b"Content-Length: +3\r\n\r\na=b",
        b"Content-Length: 0x3\r\n\r\na=b",
        b"Content-Length: 99999999999999999999999\r\n\r\na=b",
        b"Transfer-Encoding : chunked\r\n\r\n" + EMPTY,
        b"Transfer-Encoding: xchunked\r\n\r\n" + EMPTY,
        b"Transfer-Encoding: chunked, identity\r\n\r\n" + EMPTY,
        CHUNKED + b"Transfer-Encoding: identity\r\n\r\n" + EMPTY,
        b"Transfer-Encoding:\r\n chunked\r\n\r\n" + EMPTY,
        CHUNKED + b"\r\n3;\na=b\r\n" + EMPTY,
        CHUNKED + b"\r\n0x3\r\na=b\r\n" + EMPTY,
        CHUNKED + b"\r\n3\r\na=bXX" + EMPTY,
        b"X: a\nY: b\r\n\r\n",
        b"X: a\rY: b\r\n\r\n",
        b"X: a\r\n b\r\n\r\n",
    ],
)
def test_a_request_whose_end_is_unclear_is_refused_with_all_that_follows(
    address: Address, unclear: bytes
) -> None:
    answer = ask(address, b"POST / HTTP/1.1\r\nHost: x\r\n" + unclear + SMUGGLED)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1


PIPELINED = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (PIPELINED * 10_000, 1 + MAX_PIPELINED),
        (PIPELINED * 2 + b"nonsense\r\n\r\n" + SMUGGLED, 2),
        (PIPELINED * 2 + b"POST / HTTP/1.1\r\n" + CHUNKED + b"\r\n0x3\r\n" + SMUGGLED, 2),
    ],
    ids=["too many", "no request", "a body that is unclear"],
)
def test_an_unreadable_request_ends_the_connection_after_earlier_answers(
    address: Address, sent: bytes, answered: int
) -> None:
    answer = ask(address, sent)
    assert answer.count(b"HTTP/1.1 200 ") == answer.count(b"HTTP/1.1 ") == answered


def test_an_upgrade_that_is_not_offered_is_ignored_without_a_line_in_the_log(
    address: Address, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {"Connection": "Upgrade, close", "Upgrade": "websocket"}
    answer = httpx.get(f"http://{address[0]}:{address[1]}/", headers=headers, verify=False)
    assert answer.text == "GET 0"
    assert caplog.records == []


def test_trailers_are_counted_as_headers(address: Address) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
    assert b"HTTP/1.1 200" not in ask(address, head + b"X: y\r\n" * 20_000 + b"\r\n")


def test_requests_waiting_for_their_body_are_not_counted(address: Address) -> None:
    with ExitStack() as stack:
        for _ in range(20):
            connection = stack.enter_context(socket.create_connection(address))
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
        assert is_served(address)


def test_excess_connections_close_the_longest_waiting(
    address: Address,
) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(socket.create_connection(address))
        for _ in range(Hasty.max_connections + 10):
            stack.enter_context(socket.create_connection(address))
        assert is_served(address)
        assert read_to_end(first) == b""


def test_a_chunked_body_is_buffered(address: Address) -> None:
    with closing(socket.create_connection(address, PATIENCE_SECONDS)) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n")
        connection.sendall(b"Content-Length: 6\r\n\r\nabc")
        sleep(0.1)
        connection.sendall(b"def")
        assert read_to_end(connection).endswith(b"POST 6")


def test_a_client_that_stops_reading_is_disconnected(address: Address) -> None:
    with closing(socket.socket()) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(address)
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        sleep(2 * Hasty.sending_seconds)
        assert len(read_to_end(connection)) < LARGE_BYTES


def test_a_client_that_hangs_up_between_pipelined_requests_is_no_error(
    address: Address, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(socket.create_connection(address, PATIENCE_SECONDS)) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n" * 4)
        connection.recv(1000)
    assert is_served(address)
    assert not [record for record in caplog.records if record.exc_info]


async def endless(scope: Scope, receive: Receive, send: Send) -> None:
    async def parts() -> AsyncIterator[bytes]:
        while True:
            yield b"and on "
            await wait(0.1)

    await StreamingResponse(parts())(scope, receive, send)


def test_an_answer_without_end_does_not_keep_the_server_from_stopping() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    settings = server_settings("https://wexcombe.example")
    with ExitStack() as after:
        with listening, asgi_server(endless, listening, **settings):
            asked = socket.create_connection(listening.getsockname(), PATIENCE_SECONDS)
            after.enter_context(closing(asked))
            asked.sendall(b"GET / HTTP/1.1\r\nHost: wexcombe.example\r\n\r\n")
            assert asked.recv(8).startswith(b"HTTP/1.1")
            begun = monotonic()
        assert monotonic() - begun < 2 * PATIENCE_SECONDS


def test_a_request_body_after_the_response_has_a_deadline(address: Address) -> None:
    begun = monotonic()
    with closing(socket.create_connection(address, PATIENCE_SECONDS)) as connection:
        connection.sendall(
            b"POST /unread HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        with suppress(ConnectionError):
            while monotonic() - begun < 2 * PATIENCE_SECONDS:
                connection.sendall(b"8000\r\n" + bytes(0x8000) + b"\r\n")
                sleep(0.02)
    assert monotonic() - begun < PATIENCE_SECONDS
