"""Messages shown once on the next page, signed, in a cookie."""

import json
from dataclasses import dataclass
from enum import StrEnum

from starlette.requests import Request
from starlette.responses import Response

from newsletter.errors import TokenError
from newsletter.tokens.signing import Signer

COOKIE = "newsletter_flash"
PURPOSE = "console flash"
SECONDS = 120


class FlashKind(StrEnum):
    """How a message looks."""

    DONE = "done"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Flash:
    """A message."""

    text: str
    kind: FlashKind = FlashKind.DONE
    undo: str = ""
    """The path of a form that takes back what was done; empty: it cannot be taken back."""


class Flashes:
    """Puts messages into the cookie and takes them out."""

    def __init__(self, signer: Signer, path: str, *, is_secure: bool) -> None:
        self._signer, self._path, self._is_secure = signer, path, is_secure

    def put(self, response: Response, flash: Flash) -> None:
        payload = json.dumps([flash.text, flash.kind, flash.undo])
        response.set_cookie(
            COOKIE,
            self._signer.sign(payload),
            max_age=SECONDS,
            path=self._path,
            secure=self._is_secure,
            httponly=True,
            samesite="lax",
        )

    def take(self, request: Request) -> Flash | None:
        """The message for this page; None where there is none, or it was not made by us."""
        token = request.cookies.get(COOKIE)
        if not token:
            return None
        try:
            text, kind, undo = json.loads(self._signer.read(token))
        except TokenError:
            return None
        return Flash(text=text, kind=FlashKind(kind), undo=undo)

    def clear(self, response: Response) -> None:
        response.delete_cookie(COOKIE, path=self._path)
