"""Security headers of the console: scripts of its own only, nothing inline, never in a frame."""

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
