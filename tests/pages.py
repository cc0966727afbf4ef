"""A small scripted web server."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from threads import http_server


@dataclass(frozen=True)
class PageServer:
    """Where it listens."""

    base: str


@contextmanager
def pages(answers: Mapping[str, int | str]) -> Iterator[PageServer]:
    """A server on a free port of this machine.

    Args:
        answers: by path, a status, or a path that it redirects to.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = answers.get(self.path, 404)
            self.send_response(answer if isinstance(answer, int) else 302)
            if isinstance(answer, str):
                self.send_header("Location", answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with http_server(server) as address:
        yield PageServer(address)
