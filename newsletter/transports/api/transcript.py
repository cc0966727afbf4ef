"""Transcripts of calls to a provider's API, for an administrator.

Of a call its address and size are told, and never its headers or its body: keys and mails stand
there. Of an answer to several mails only the part about one is told.
"""

import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from newsletter.transports.api.answers import ApiResponse
from newsletter.transports.api.calls import Call
from newsletter.transports.transcript_lines import bounded, printable

# How long to wait, and by which number the provider's support finds the call.
_HEADERS = re.compile(
    r"retry-after|date|[\w-]*(request|message|trace)-?(id|guid)|x-[\w-]*rate-?limit[\w-]*",
    re.IGNORECASE,
)
_LINE_CHARACTERS = 400
_MAX_ANSWER_CHARACTERS = 2000


class ApiTranscript:
    """The calls that carry one batch; used by one thread.

    Args:
        options: the transport's, whose secrets are masked wherever they stand.
    """

    def __init__(self, provider: str, options: Any) -> None:
        self._provider = provider
        values = vars(options).values()
        secrets = (value.get_secret_value() for value in values if isinstance(value, SecretStr))
        self._secrets = [secret for secret in secrets if secret]
        self._noted: list[Call | ApiResponse | str] = []
        self._size = 0

    def begin(self, size: int) -> None:
        """Forget the batch before.

        Args:
            size: how many mails the calls carry.
        """
        self._noted.clear()
        self._size = size

    def note(self, noted: Call | ApiResponse | str) -> None:
        """Note a call, its answer, or why there is none."""
        self._noted.append(noted)

    def text(self, index: int) -> str:
        """The conversation on one mail of the batch, by its place."""
        lines = [f"* {self._provider}"]
        for noted in self._noted:
            lines += self._lines(noted, index)
        return bounded([printable(self._masked(line)) for line in lines])

    def _lines(self, noted: Call | ApiResponse | str, index: int) -> list[str]:
        match noted:
            case str():
                return [f"* {noted}"]
            case Call():
                parts = urlsplit(noted.url)
                return [
                    f"> POST {parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}",
                    f"> ({_counted(self._size)}, {len(noted.body)} bytes)",
                ]
            case _:
                headers = [
                    f"< {name}: {value}"
                    for name, value in noted.headers.items()
                    if _HEADERS.fullmatch(name)
                ]
                return [f"< HTTP {noted.status}", *headers, *_said(noted, index, self._size)]

    def _masked(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, "…")
        return line


def _counted(size: int) -> str:
    return "1 mail" if size == 1 else f"{size} mails"


def _said(reply: ApiResponse, index: int, size: int) -> list[str]:
    """The body of an answer, or the part of it about one of several mails."""
    body = reply.json
    if body is None:
        text = reply.body[: 4 * _MAX_ANSWER_CHARACTERS].decode("utf-8", "replace")
    else:
        text = json.dumps(_part(body, index, size), ensure_ascii=False)
    text = " ".join(text.split())[:_MAX_ANSWER_CHARACTERS]
    return [
        f"< {text[start : start + _LINE_CHARACTERS]}"
        for start in range(0, len(text), _LINE_CHARACTERS)
    ]


def _part(body: Any, index: int, size: int) -> Any:
    """What an answer says of one mail, where it has a list of as many parts as mails."""
    if size == 1:
        return body
    values: Sequence[Any] = list(body.values()) if isinstance(body, dict) else [body]
    for value in values:
        if isinstance(value, list) and len(value) == size:
            return value[index]
    return body
