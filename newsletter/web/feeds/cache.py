"""Feeds that stand ready in memory, answered before the framework is asked.

An answer is good for `feeds.check_every`. The first request after that goes to the framework, which
looks whether the articles have changed; those that come meanwhile are still answered from memory.
So a crowd of readers costs one look, and at a change one rebuild, and none of them waits.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic

from starlette.types import ASGIApp, Receive, Scope, Send

from newsletter.web.feeds.responses import Answer
from newsletter.web.middleware.conditional import best_coding, is_unchanged

# How long the others are answered as before while one looks; then another one looks.
MEANWHILE_SECONDS = 10.0
KEPT_ADDRESSES = 512
METHODS = {"GET", "HEAD"}

Address = tuple[str, bytes]
"""Path and query."""


@dataclass(kw_only=True, slots=True)
class _Kept:
    answers: Mapping[str, Answer]
    good_until: float


class ReadyFeeds:
    """The answers that stand ready, by address."""

    def __init__(self, check_every_seconds: float) -> None:
        self._check_every = check_every_seconds
        self._kept: OrderedDict[Address, _Kept] = OrderedDict()

    def put(self, address: Address, answers: Mapping[str, Answer]) -> None:
        """What has just been looked at."""
        self._kept[address] = _Kept(answers=answers, good_until=monotonic() + self._check_every)
        while len(self._kept) > KEPT_ADDRESSES:
            self._kept.popitem(last=False)

    def drop(self, address: Address) -> None:
        self._kept.pop(address, None)

    def find(self, address: Address) -> Mapping[str, Answer] | None:
        """The answers of an address; None where the asker has to look."""
        kept = self._kept.get(address)
        if kept is None:
            return None
        now = monotonic()
        if now >= kept.good_until:
            kept.good_until = now + MEANWHILE_SECONDS
            return None
        return kept.answers


class AnswerReady:
    """The way past the framework, for what stands ready."""

    def __init__(self, app: ASGIApp, ready: ReadyFeeds) -> None:
        self._app = app
        self._ready = ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in METHODS:
            asked = _asked(scope)
            if asked is not None:
                answers = self._ready.find((scope["path"], scope["query_string"]))
                if answers is not None:
                    await _send(
                        answers[best_coding(asked.pop("accept-encoding", ""))], asked, scope, send
                    )
                    return
        await self._app(scope, receive, send)


def _asked(scope: Scope) -> dict[str, str] | None:
    """The headers that decide the answer; None where a person in a browser is to see a page."""
    asked: dict[str, str] = {}
    for name, value in scope["headers"]:
        if name in _DECIDING:
            asked[_DECIDING[name]] = value.decode("latin-1")
        elif name == b"sec-fetch-mode" and value == b"navigate":
            return None
    return asked


_DECIDING = {
    name.encode(): name for name in ("accept-encoding", "if-none-match", "if-modified-since")
}


async def _send(answer: Answer, asked: dict[str, str], scope: Scope, send: Send) -> None:
    if asked and is_unchanged(asked, answer.etag, answer.last_modified):
        await send(
            {"type": "http.response.start", "status": 304, "headers": answer.headers_unchanged}
        )
        await send({"type": "http.response.body"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": answer.headers})
    body = b"" if scope["method"] == "HEAD" else answer.content
    await send({"type": "http.response.body", "body": body})
