"""A local HTTP server for a provider's API: records calls, and answers as told or as documented."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from threads import ended


@dataclass(frozen=True)
class Answer:
    """An answer told beforehand, instead of the usual one."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False
    silent: bool = False


def of_json(found: Any, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    kind = {"Content-Type": "application/json"}
    return Answer(status=status, body=json.dumps(found).encode(), headers=kind | named)


@dataclass(frozen=True)
class Request:
    """A call as it came; header names as sent."""

    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Handler(BaseHTTPRequestHandler):
    """Hands each call to its owner, and gives the answer."""

    protocol_version = "HTTP/1.1"
    owner: "ApiServer"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.path, dict(self.headers.items()), body, self.command)
        answer = self.owner.take(request)
        if answer.silent:
            self.owner.released.wait(10)
        if answer.silent or answer.hang_up:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


class ApiServer:
    """Takes calls while its `with` block runs.

    Recipients whose local part is "invalid" get the documented error, and so does a From of
    "unconfirmed".
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.messages: list[Any] = []
        self.answers: list[Answer] = []
        self.released = threading.Event()
        self._server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Own", (Handler,), {"owner": self})
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def take(self, request: Request) -> Answer:
        self.requests.append(request)
        return self.answers.pop(0) if self.answers else self.answer(request)

    def answer(self, request: Request) -> Answer:
        """What the provider's documentation says."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.released.set()
        self._server.shutdown()
        ended(self._thread)
        self._server.server_close()
