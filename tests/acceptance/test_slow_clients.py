"""Slow, idle and sending clients of `newsletter serve`, directly and behind documented proxies."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import front_servers
import httpx
import pytest
from front_servers import HOST
from processes import answers, running, wait_until
from servers import free_port
from support import CONFIG, SECRET, add_article, add_subscriber

from newsletter.app import Newsletter
from newsletter.clock import SystemClock
from newsletter.config.loading import load_config
from newsletter.migrations.running import upgrade
from newsletter.tokens.links import UNDATED, LinkSigners

HALF_OPEN, IDLE_POSTS, HEADER_BYTES = 300, 100, 150_000_000
FLOODING, PIPELINED = 200, 50
PATIENCE_SECONDS = 10.0


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a running site, at `base_url`'s name only."""
    folder = tmp_path_factory.mktemp("site")
    text = CONFIG.format(secret=SECRET, database="sqlite:///newsletter.db")
    text = text.replace("https://wexcombe.example", f"https://{HOST}")
    path = folder / "newsletter.toml"
    path.write_text(text.replace('folder = "templates"', 'folder = ""'))
    app = Newsletter(load_config(path), path)
    upgrade(app.database)
    with app.database.write() as session:
        add_article(session, "News", SystemClock().now())
        add_subscriber(session, "ann@wexcombe.example", SystemClock().now())
    app.close()
    port = free_port()
    arguments = ("serve", "--no-schedule", "--port", str(port))
    with running(folder, *arguments, ready=f"http://127.0.0.1:{port}/healthz"):
        yield port
    assert "Traceback" not in (folder / "process.log").read_text()


@pytest.fixture(params=["alone", "nginx", "Caddy"])
def port(request: pytest.FixtureRequest, site: int, tmp_path: Path) -> Iterator[int]:
    """The public port."""
    if request.param == "alone":
        yield site
        return
    front = free_port()
    start = front_servers.nginx if request.param == "nginx" else front_servers.caddy
    with start(tmp_path, front, site):
        wait_until(lambda: answers(f"http://127.0.0.1:{front}/healthz"))
        yield front


def places_of_their_own_are_kept(port: int) -> None:
    """Whatever the pages have to do."""
    base = f"http://127.0.0.1:{port}"
    token = LinkSigners(SECRET).unsubscribe_token(1, 0, "", UNDATED)
    with httpx.Client(base_url=base, headers={"Host": HOST}, timeout=PATIENCE_SECONDS) as client:
        for path in ("/healthz", "/feed.atom"):
            assert client.get(path).status_code == 200
        one_click = {"List-Unsubscribe": "One-Click"}
        assert client.post(f"/unsubscribe/{token}", data=one_click).status_code == 200


def everybody_is_served(port: int) -> None:
    places_of_their_own_are_kept(port)
    answer = httpx.get(
        f"http://127.0.0.1:{port}/", headers={"Host": HOST}, timeout=PATIENCE_SECONDS
    )
    assert answer.status_code == 200


def test_half_open_connections_do_not_block_others(port: int) -> None:
    with ExitStack() as stack:
        for _ in range(HALF_OPEN):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            connection.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX".encode())
        everybody_is_served(port)


def test_incomplete_posts_do_not_block_others(port: int) -> None:
    head = f"POST /subscribe HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 1000\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(IDLE_POSTS):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            connection.sendall(head.encode())
        everybody_is_served(port)


def test_a_flood_of_pipelined_requests_does_not_block_what_has_places_of_its_own(
    port: int,
) -> None:
    page = f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(FLOODING):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            connection.sendall(page.encode() * PIPELINED)
        places_of_their_own_are_kept(port)


def test_uploads_to_the_console_are_passed_on(port: int) -> None:
    base = f"http://127.0.0.1:{port}"
    files = {"files": ("export.zip", b"PK" + bytes(1_000_000))}
    with httpx.Client(base_url=base, headers={"Host": HOST}, timeout=PATIENCE_SECONDS) as client:
        answer = client.post("/console/articles/import", files=files)
    # Nobody is signed in.
    assert answer.headers["location"].startswith("/console/sign-in")


def test_the_console_is_passed_on_without_a_slash_at_its_end(port: int) -> None:
    answer = httpx.get(f"http://127.0.0.1:{port}/console", headers={"Host": HOST})
    assert answer.headers["location"].startswith("/console/sign-in")


def test_one_enormous_header_is_refused(port: int) -> None:
    sent, piece, answer = 0, b"x" * 1_000_000, b""
    with closing(socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)) as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX: ".encode())
        try:
            while sent < HEADER_BYTES:
                connection.sendall(piece)
                sent += len(piece)
            # nginx has answered, and reads on (lingering_close).
            answer = connection.recv(100)
        except OSError:
            pass
    assert sent < HEADER_BYTES // 10 or answer.startswith(b"HTTP/1.1 400 ")
    everybody_is_served(port)
