"""Canonical host: requests with another Host are redirected to `base_url` or refused.

URLs are never built from the Host header, which could poison caches (RFC 9110 section 7.4).
"""

import ipaddress
from typing import Literal
from urllib.parse import quote, urlsplit

from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from newsletter.http_client.public_addresses import is_public

WrongHost = Literal["redirect", "refuse"]

# A year; subdomains are not ours to speak for.
HSTS_SECONDS = 31_536_000
# Health checks may use any host name.
HEALTH = "/healthz"
READING = {"GET", "HEAD"}
DEFAULT_PORTS = {"http": "80", "https": "443"}
_UNRESERVED = "/%:@!$&'()*+,;=~-._"
_BAD_HOST = PlainTextResponse("A request names one host.\n", 400, {"Cache-Control": "no-store"})


class CanonicalHost:
    """Answers requests to `base_url`; the others with a redirect there, or 421.

    Private and loopback hosts are answered too: a reverse proxy may not forward the name.
    """

    def __init__(self, app: ASGIApp, base_url: str, wrong_host: WrongHost) -> None:
        self._app = app
        self._base_url = base_url
        self._wrong_host = wrong_host
        parts = urlsplit(base_url)
        self._default_port = DEFAULT_PORTS.get(parts.scheme, "")
        self._canonical = self._without_default_port(parts.netloc.rpartition("@")[2].lower())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not _has_one_host(scope):
            await _BAD_HOST(scope, receive, send)
        elif not (self._is_canonical(scope) or scope["path"] == HEALTH):
            await self._to_canonical_host(scope)(scope, receive, send)
        elif _ends_in_slash(scope):
            await self._redirect(scope, scope["raw_path"].rstrip(b"/"))(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_canonical(self, scope: Scope) -> bool:
        host = next((value for name, value in scope["headers"] if name == b"host"), b"")
        requested = self._without_default_port(host.decode("latin-1").lower().rstrip("."))
        return requested in ("", self._canonical) or _is_private_host(requested)

    def _without_default_port(self, host: str) -> str:
        return host.removesuffix(f":{self._default_port}") if self._default_port else host

    def _to_canonical_host(self, scope: Scope) -> ASGIApp:
        if self._wrong_host == "redirect" and scope["method"] in READING:
            return self._redirect(scope, scope["raw_path"])
        words = f"This site is at {self._base_url}/\n"
        return PlainTextResponse(words, 421, {"Cache-Control": "no-store"})

    def _redirect(self, scope: Scope, raw_path: bytes) -> RedirectResponse:
        path = quote(raw_path.decode("latin-1"), safe=_UNRESERVED)
        query = quote(scope["query_string"].decode("latin-1"), safe=_UNRESERVED + "?")
        target = f"{self._base_url}/{path.lstrip('/')}" + (f"?{query}" if query else "")
        return RedirectResponse(target, 308, {"Cache-Control": "no-cache"})


def _has_one_host(scope: Scope) -> bool:
    """Whether there is exactly one Host; HTTP/1.0 may have none (RFC 9112 section 3.2)."""
    hosts = sum(name == b"host" for name, _ in scope["headers"])
    return hosts == 1 or bool(hosts == 0 and scope["http_version"] != "1.1")


def _ends_in_slash(scope: Scope) -> bool:
    """Whether the path has a trailing slash, which no route has."""
    path: str = scope["path"]
    return scope["method"] in READING and len(path.rstrip("/")) > 0 and path.endswith("/")


def _is_private_host(host: str) -> bool:
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    name = name.strip("[]")
    if name == "localhost":
        return True
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return not is_public(name)


def strict_transport(base_url: str) -> list[tuple[str, str]]:
    """The HSTS header (RFC 6797), if `base_url` is https."""
    if not base_url.startswith("https://"):
        return []
    return [("Strict-Transport-Security", f"max-age={HSTS_SECONDS}")]
