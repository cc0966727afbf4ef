"""A local HTTP server that hands out access tokens as RFC 6749 says, or answers as told."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from threads import ended, started

Told = tuple[int, Any]


class TokenServer:
    """Hands out token-1, token-2, …; listens as soon as it is made."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.answers: list[Told] = []
        self.life_seconds = 3600.0
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, found = owner.answer({k: v[0] for k, v in parse_qs(form).items()})
                body = found if isinstance(found, bytes) else json.dumps(found).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/token"
        self._thread = started(self._server.serve_forever, 0.02)

    def answer(self, form: dict[str, str]) -> Told:
        self.asked.append(form)
        if self.answers:
            return self.answers.pop(0)
        token = f"token-{len(self.asked)}"
        return 200, {"access_token": token, "expires_in": self.life_seconds}

    def stop(self) -> None:
        self._server.shutdown()
        ended(self._thread)
        self._server.server_close()
