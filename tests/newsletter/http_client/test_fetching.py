"""Outgoing HTTP, against a test server on loopback."""

import gzip
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from threads import http_server

from newsletter.errors import FetchError
from newsletter.http_client.fetching import Fetched, fetch, size_of
from newsletter.http_client.guarded import MAX_REDIRECTS, bounded
from newsletter.http_client.public_addresses import is_public

ETAG = '"first"'
SHORT = timedelta(seconds=0.4)


class Handler(BaseHTTPRequestHandler):
    """Answers by path."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        name = self.path.strip("/").partition("?")[0].replace("-", "_")
        getattr(self, f"answer_{name}")()

    def log_message(self, *_args: object) -> None:
        """Silent."""

    def answer_feed(self) -> None:
        if self.headers.get("If-None-Match") == ETAG:
            self.begin(304)
        else:
            self.begin(200, b"<rss/>", ETag=ETAG)

    def answer_moved(self) -> None:
        self.begin(301, b"moved", Location="/feed")

    def answer_loop(self) -> None:
        self.begin(302, Location="/loop")

    def answer_to_file(self) -> None:
        self.begin(302, Location="file:///etc/passwd")

    def answer_to_loopback(self) -> None:
        self.begin(302, Location=f"http://127.0.0.1:{self.server.server_port}/feed")

    def answer_missing(self) -> None:
        self.begin(404, b"no")

    def answer_bomb(self) -> None:
        self.begin(200, gzip.compress(b"\0" * 5_000_000), Content_Encoding="gzip")

    def answer_not_gzip(self) -> None:
        self.begin(200, b"plain", Content_Encoding="gzip")

    def answer_cut(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"5\r\nhello\r\n")

    def answer_trickle(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.drip(b"x")

    def answer_trickled_head(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        self.drip(b"a")

    def drip(self, piece: bytes) -> None:
        """Send a byte at a time until the client or the test ends."""
        while not self.server.stopping.wait(0.05):
            try:
                self.wfile.write(piece)
                self.wfile.flush()
            except OSError:
                return

    def begin(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.stopping = threading.Event()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_port}/{path}"


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    with http_server(server):
        yield server
        server.stopping.set()


def get(server: Server, path: str, **limits: object) -> Fetched:
    return fetch(server.url(path), allow_private=True, **limits)


def test_an_answer_comes_with_its_validator(server: Server) -> None:
    answer = get(server, "feed")
    assert (answer.changed, answer.content, answer.etag) == (True, b"<rss/>", ETAG)


def test_an_unchanged_document_is_a_304(server: Server) -> None:
    answer = get(server, "feed", etag=ETAG)
    assert (answer.changed, answer.content) == (False, b"")


def test_a_redirect_is_followed_and_its_end_named(server: Server) -> None:
    answer = get(server, "moved")
    assert (answer.content, answer.url) == (b"<rss/>", server.url("feed"))


def test_a_redirect_loop_is_refused(server: Server) -> None:
    with pytest.raises(FetchError, match=f"more than {MAX_REDIRECTS} redirects"):
        get(server, "loop")
    assert len(server.asked) == MAX_REDIRECTS + 1


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("missing", "answered 404 Not Found; check the address"),
        ("to-file", "only http and https"),
        ("cut", "broke off or is garbled"),
        ("not-gzip", "broke off or is garbled"),
    ],
)
def test_an_http_error_is_reported_with_the_url(server: Server, path: str, words: str) -> None:
    with pytest.raises(FetchError, match=words) as caught:
        get(server, path)
    assert str(caught.value).startswith(server.url(path))


def test_the_size_is_read_from_the_response_headers(server: Server) -> None:
    found = size_of(server.url("moved"), allow_private=True)
    assert found.length_bytes == len(b"<rss/>")


@pytest.mark.parametrize(("path", "words"), [("missing", "answered 404"), ("loop", "redirects")])
def test_a_missing_file_has_no_size(server: Server, path: str, words: str) -> None:
    with pytest.raises(FetchError, match=words):
        size_of(server.url(path), allow_private=True)


def test_the_size_of_a_private_address_is_refused(server: Server) -> None:
    with pytest.raises(FetchError, match="private network"):
        size_of(server.url("feed"))
    assert server.asked == []


def test_size_is_bounded_after_unpacking(server: Server) -> None:
    with pytest.raises(FetchError, match="larger than 1000000 bytes"):
        get(server, "bomb", max_bytes=1_000_000)


def test_a_connection_made_after_the_total_timeout_is_cut(server: Server) -> None:
    """Resolving a name may take longer than all else."""
    with pytest.raises(FetchError, match="no complete answer within 0 seconds"):
        get(server, "trickle", total_time=timedelta(0))


@pytest.mark.parametrize("path", ["trickle", "trickled-head"])
def test_a_slow_response_ends_at_the_total_timeout(server: Server, path: str) -> None:
    with pytest.raises(FetchError, match=r"no complete answer within 0\.4 seconds"):
        get(server, path, total_time=SHORT)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0.0.0.0", "127.1", "[::1]", "2130706433"]
)
def test_a_private_address_is_refused_before_connecting(server: Server, host: str) -> None:
    with pytest.raises(FetchError, match="inside a private network; refused"):
        fetch(server.url("feed", host))
    assert server.asked == []


PUBLIC = "93.184.215.14"


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Scripted name resolution, the last answer repeated; public addresses connect to loopback."""
    answers: dict[str, list[str]] = {}
    resolve = socket.getaddrinfo

    def lookup(host: str, *args: object, **kwargs: object) -> object:
        told = answers.get(host, [host])
        return resolve(told.pop(0) if len(told) > 1 else told[0], *args, **kwargs)

    class Routed(socket.socket):
        def connect(self, place: tuple[str, int]) -> None:
            super().connect(("127.0.0.1", place[1]) if place[0] == PUBLIC else place)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket, "socket", Routed)
    return answers


def test_a_public_server_is_reached(server: Server, network: dict[str, list[str]]) -> None:
    network["feeds.example"] = [PUBLIC]
    assert fetch(server.url("feed", "feeds.example")).content == b"<rss/>"


def test_a_redirect_into_the_private_network_is_refused(
    server: Server, network: dict[str, list[str]]
) -> None:
    network["feeds.example"] = [PUBLIC]
    with pytest.raises(FetchError, match=r"127\.0\.0\.1, inside a private network"):
        fetch(server.url("to-loopback", "feeds.example"))
    assert server.asked == ["/to-loopback"]


def test_dns_rebinding_is_refused(server: Server, network: dict[str, list[str]]) -> None:
    network["rebinding.example"] = [PUBLIC, "127.0.0.1"]
    with pytest.raises(FetchError, match="inside a private network"):
        fetch(server.url("loop", "rebinding.example"))
    assert server.asked == ["/loop"]


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:21f::1", "::ffff:93.184.215.14"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
        *("224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1%eth0", "fd00::1", "ff02::1"),
        *("::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::1"),
    ],
)
def test_non_public_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("", "feed.xml", "http://", "http://[bad/", "http://x.example:99999/"),
        *("ftp://x.example/", "file:///etc/passwd", "http://a..example/"),
        "http://" + "a" * 300 + ".example/",
    ],
)
def test_an_invalid_url_is_refused(url: str) -> None:
    with pytest.raises(FetchError):
        fetch(url)


def test_an_unreachable_server_is_reported() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with pytest.raises(FetchError, match=r"no connection: .*refused"):
            fetch(url, allow_private=True)


def test_a_server_without_tls_is_reported(server: Server) -> None:
    with pytest.raises(FetchError, match="its certificate or its TLS is not right"):
        fetch(server.url("feed").replace("http:", "https:"), allow_private=True)


def bounded_answer(server: Server, path: str, max_bytes: int = 1_000_000) -> requests.Response:
    with bounded(requests.Session(), SHORT, max_bytes) as session:
        return session.get(server.url(path))


def test_an_answer_within_its_bounds_is_the_servers(server: Server) -> None:
    answer = bounded_answer(server, "feed")
    assert (answer.status_code, answer.headers["ETag"], answer.text) == (200, ETAG, "<rss/>")


@pytest.mark.parametrize("path", ["bomb", "trickle", "trickled-head", "cut", "not-gzip", "loop"])
def test_an_answer_without_end_is_none(server: Server, path: str) -> None:
    with pytest.raises(requests.RequestException):
        bounded_answer(server, path)
