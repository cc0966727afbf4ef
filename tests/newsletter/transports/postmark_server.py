"""A local HTTP server that speaks Postmark's documented batch protocol, errors included."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

TOKEN = "b7ce2a40-server-token"


@dataclass(frozen=True)
class Answer:
    """An answer told beforehand, instead of the usual one."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False
    silent: bool = False


class PostmarkServer:
    """Takes batches while its `with` block runs.

    Recipients whose local part is "inactive" or "invalid" get the documented errors, and so
    does a From of "unconfirmed".
    """

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.answers: list[Answer] = []
        self.released = threading.Event()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                answer = owner.take(self.path, dict(self.headers.items()), json.loads(body))
                if answer.silent:
                    owner.released.wait(10)
                if answer.silent or answer.hang_up:
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def take(self, path: str, headers: dict[str, str], messages: Any) -> Answer:
        self.requests.append((path, headers, messages))
        if self.answers:
            return self.answers.pop(0)
        if headers.get("X-Postmark-Server-Token") != TOKEN:
            return _error(401, 10, "The Server Token you provided is invalid.")
        if path != "/email/batch":
            return Answer(status=404)
        if not isinstance(messages, list) or len(messages) > 500:
            return _error(422, 410, "Too many batch messages.")
        return Answer(body=json.dumps([self._one(message) for message in messages]).encode())

    def _one(self, message: dict[str, Any]) -> dict[str, Any]:
        local = message["To"].split("@")[0]
        if local == "inactive":
            return {
                "ErrorCode": 406,
                "Message": "You tried to send to a recipient that has been marked as inactive.",
            }
        if local == "invalid":
            return {"ErrorCode": 300, "Message": f"Invalid 'To' address: '{message['To']}'."}
        if "unconfirmed" in message["From"]:
            return {"ErrorCode": 401, "Message": "The Sender Signature is not confirmed."}
        self.messages.append(message)
        number = f"0a129aee-e1cd-480d-b08d-{len(self.messages):012}"
        return {
            "To": message["To"],
            "SubmittedAt": "2026-11-27T09:00:00.1Z",
            "MessageID": number,
            "ErrorCode": 0,
            "Message": "OK",
        }

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
        self._thread.join()
        self._server.server_close()


def _error(status: int, code: int, words: str) -> Answer:
    body = json.dumps({"ErrorCode": code, "Message": words}).encode()
    return Answer(status=status, body=body, headers={"Content-Type": "application/json"})
