"""The cookies of a session and of a visitor, the forgery tokens bound to them, and origins."""

import hmac
import secrets
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from newsletter.staff.sign_in.session_rules import LIFETIME
from newsletter.tokens.signing import derive_key, keyed_hash

TOKEN_BYTES = 32
# Browsers keep 4096 bytes of a cookie, its name and attributes included (RFC 6265, section 6.1).
MAX_KEPT_LENGTH = 3_500
KEPT_SECONDS = 600


class Cookies:
    """Names, attributes and forgery tokens.

    The prefix __Host- binds a cookie to this host and to https (RFC 6265bis, section 4.1.3.2).
    """

    def __init__(self, secret: str, base_url: str) -> None:
        is_secure = base_url.startswith("https://")
        self._host = urlsplit(base_url).netloc.lower()
        prefix = "__Host-" if is_secure else ""
        self.session = f"{prefix}newsletter_session"
        self.visitor = f"{prefix}newsletter_visitor"
        self.kept = f"{prefix}newsletter_kept"
        self._is_secure = is_secure
        self._key = derive_key(secret, "console csrf")

    def set_session(self, response: Response, token: str) -> None:
        self._set(response, self.session, token, int(LIFETIME.total_seconds()))

    def end_session(self, response: Response) -> None:
        response.delete_cookie(self.session, secure=self._is_secure, httponly=True, samesite="lax")

    def set_visitor(self, response: Response, token: str) -> None:
        self._set(response, self.visitor, token, None)

    def set_kept(self, response: Response, token: str) -> None:
        """Hold a kept form while its sender is at a provider; not one that is too long."""
        if 0 < len(token) <= MAX_KEPT_LENGTH:
            self._set(response, self.kept, token, KEPT_SECONDS)

    def end_kept(self, response: Response) -> None:
        response.delete_cookie(self.kept, secure=self._is_secure, httponly=True, samesite="lax")

    def _set(self, response: Response, name: str, value: str, seconds: int | None) -> None:
        # Lax: a link in a mail must find its reader signed in.
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="lax",
        )

    def csrf_of(self, cookie: str) -> str:
        """The forgery token of the forms that the holder of a cookie is shown."""
        return keyed_hash(self._key, cookie)

    def is_own_form(self, request: Request, token: str, expected: str) -> bool:
        """Whether a form was shown by us, to this browser, and sent from a page of ours."""
        is_token_right = hmac.compare_digest(token.encode(), expected.encode())
        return is_token_right and self._is_same_origin(request)

    def is_from_own_page(self, request: Request) -> bool:
        """Whether the browser says, and does not merely leave open, that a page of ours sent it."""
        headers = request.headers
        is_told = "origin" in headers or headers.get("sec-fetch-site") == "same-origin"
        return is_told and self._is_same_origin(request)

    def _is_same_origin(self, request: Request) -> bool:
        """Whether the browser says that a page of this host sent the request.

        Browsers send Origin with every POST (Fetch, section 3.2); what has none is no browser, and
        has the token to show. A reverse proxy may have changed Host.
        """
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return False
        origin = request.headers.get("origin")
        if origin is None:
            return True
        own = {self._host, request.headers.get("host", "").lower()}
        return urlsplit(origin).netloc.lower() in own


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(TOKEN_BYTES)
