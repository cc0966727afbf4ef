"""Security headers of the console: scripts of its own only, nothing inline, never in a frame."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsletter.http.middleware.headers import HEADERS

# Pictures come from anywhere, as those of articles do.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob: https: http:; font-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
OWN = {
    **HEADERS,
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    # With no-referrer browsers would send "Origin: null", which forms are refused by.
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
# Of a mail or page shown within a page of the console: as it was made, without scripts.
SHOWN_MAIL = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: https: http:; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'self'; sandbox"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
# Of a page of the site, which has its style sheet and that of the look tried.
SHOWN_PAGE = {
    **SHOWN_MAIL,
    "Content-Security-Policy": SHOWN_MAIL["Content-Security-Policy"].replace(
        "style-src", "style-src 'self'"
    ),
}


class ConsoleHeaders:
    """Adds `OWN` to every response that does not set them itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in OWN.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)
