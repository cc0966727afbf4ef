"""A WebSub hub on loopback with programmable responses."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from threads import http_server


class Hub:
    """What was published to it, and what it answers next."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.status = 204
        self.headers: dict[str, str] = {}
        self.is_endless = False
        """Whether it answers with a body that does not end."""
        self.address = ""

    def take(self, form: dict[str, str]) -> int:
        if form.get("hub.mode") != "publish":
            return 400
        if self.status < 300:
            self.told.append(form["hub.url"])
        return self.status


@contextmanager
def open_hub() -> Iterator[Hub]:
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            self.send_response(hub.take(dict(parse_qsl(self.rfile.read(length).decode()))))
            for name, value in hub.headers.items():
                self.send_header(name, value)
            if not hub.is_endless:
                self.send_header("Content-Length", "0")
            self.end_headers()
            with suppress(ConnectionError):
                while hub.is_endless:
                    self.wfile.write(bytes(65_536))

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with http_server(server) as address:
        hub.address = f"{address}/"
        yield hub
