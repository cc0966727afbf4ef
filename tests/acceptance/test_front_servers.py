"""What the documented nginx and Caddy write down and pass on."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import front_servers
import httpx
import pytest
from front_servers import HOST
from processes import answers, wait_until
from servers import free_port
from threads import http_server

START = {"nginx": front_servers.nginx, "Caddy": front_servers.caddy}
OPENING = [
    *("/unsubscribe/SECRET", "/preferences/SECRET/data", "/confirm/SECRET", "/return/SECRET"),
    *("/move/SECRET", "/keep-address/SECRET", "/private/SECRET/feed.atom"),
    *("/editions/5?key=SECRET", "/console/join/SECRET", "/console/enter/SECRET"),
    *("/console/set-up/SECRET", "/console/sign-in/from/office?code=SECRET"),
]


@pytest.mark.parametrize("server", sorted(START))
def test_no_log_names_an_address_that_opens_something_while_the_site_is_away(
    tmp_path: Path, server: str
) -> None:
    front = free_port()
    with START[server](tmp_path, front, free_port()) as log:
        wait_until(lambda: answers(f"http://127.0.0.1:{front}/healthz", 502))
        for path in OPENING:
            asked = httpx.get(f"http://127.0.0.1:{front}{path}", headers={"Host": HOST})
            assert asked.status_code == 502
    assert "/healthz" in log.read_text()
    assert "SECRET" not in log.read_text()


@pytest.mark.parametrize("server", sorted(START))
def test_an_address_that_a_client_claims_in_a_header_is_replaced(
    tmp_path: Path, server: str
) -> None:
    front, forged = free_port(), "203.0.113.7"
    with (
        recording() as (site, received),
        START[server](tmp_path, front, site),
    ):
        wait_until(lambda: answers(f"http://127.0.0.1:{front}/healthz"))
        for headers in (
            {"X-Forwarded-For": forged},
            {"X-Forwarded-For": f"127.0.0.1, {forged}"},
            {"Connection": "X-Forwarded-For", "X-Forwarded-For": forged},
        ):
            received.clear()
            asked = {"Host": HOST, "X-Forwarded-Proto": "gopher", **headers}
            assert httpx.get(f"http://127.0.0.1:{front}/", headers=asked).status_code == 200
            assert received == [("127.0.0.1", "http")]


@contextmanager
def recording() -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """A server behind it: its port, and of each request which client and scheme it named."""
    received: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            names = ("X-Forwarded-For", "X-Forwarded-Proto")
            client, scheme = (", ".join(self.headers.get_all(name, ())) for name in names)
            received.append((client, scheme))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with http_server(server):
        yield server.server_port, received
