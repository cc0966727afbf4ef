"""Providers and servers that answer, or read, slower than anybody waits for."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest
import requests

from newsletter.transports.api.calls import Call, new_http, post
from newsletter.transports.smtp.timing import Timeout
from newsletter.transports.smtp.wire import ConnectionLost, Wire

PATIENCE_SECONDS = 10.0
HEAD = b"HTTP/1.1 200 OK\r\n"
TRICKLES = {
    "status line": (b"", b"HTTP/1.1 200 OK "),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "header": (HEAD + b"X-Slow: ", b"a"),
    "body": (HEAD + b"Content-Length: 1000000\r\n\r\n", b"a"),
    "body without a length": (HEAD + b"\r\n", b"a"),
    "chunks": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    "chunk extension": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1;", b"a"),
}


@contextmanager
def trickling(first: bytes, then: bytes) -> Iterator[str]:
    """A server that says something, then one byte after another for ever."""

    def serve() -> None:
        with suppress(OSError):
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(first)
                while True:
                    for byte in then:
                        connection.sendall(bytes([byte]))
                        time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"


@pytest.mark.parametrize("part", TRICKLES)
def test_an_answer_that_trickles_is_given_up_in_time(part: str) -> None:
    begun = time.monotonic()
    with trickling(*TRICKLES[part]) as url, pytest.raises(requests.RequestException):
        post(new_http(url), Call(url=url, body=b"{}"), timedelta(seconds=1))
    assert time.monotonic() - begun < PATIENCE_SECONDS


class Impatient(Wire):
    slowest_bytes_a_second = 10_000_000


def test_a_server_that_takes_content_a_few_bytes_at_a_time_is_given_up() -> None:
    # By TCP: on a local socket the kernel's timeout begins anew with each piece that is taken.
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        ours = socket.create_connection(listening.getsockname())
        theirs, _ = listening.accept()

    def read_slowly() -> None:
        with suppress(OSError):
            while theirs.recv(20_000):
                time.sleep(0.05)

    threading.Thread(target=read_slowly, daemon=True).start()
    begun = time.monotonic()
    with ours, theirs, pytest.raises(ConnectionLost, match="too slow while taking the content"):
        Impatient(ours, 0.5).send(
            Timeout(seconds=0.5, doing="while taking the content"), bytes(3 * 10**7)
        )
    assert time.monotonic() - begun < PATIENCE_SECONDS
