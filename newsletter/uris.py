"""Addresses as RFC 3986 wants them, and those within the site resolved against its address.

Articles keep links within the site as paths that begin with "/", so that a site can move; whoever
shows a body (site, mails, feeds) resolves them with `resolved`.
"""

import re
from html import escape, unescape
from urllib.parse import quote, urlsplit, urlunsplit

# RFC 3986 section 2: what may stand in each part as it is; "%" where two hexadecimal digits follow.
_IN_PATH = "/:@!$&'()*+,;=-._~%"
_IN_QUERY = f"{_IN_PATH}?"
_IN_HOST = "!$&'()*+,;=-._~%"
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_NOT_URI = re.compile(r"[^A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]|[\[\]]|%(?![0-9A-Fa-f]{2})")
# Tags of sanitised HTML, whose attributes are always in double quotes.
_TAG = re.compile(r'<[a-z][a-z0-9]*(?:\s+[a-z-]+="[^"]*")+\s*/?>')
_ADDRESS = re.compile(r'(\s(?:href|src|cite)=")([^"]*)(")')


def valid_uri(address: str) -> str:
    """The address with everything percent-encoded that RFC 3986 does not allow where it stands.

    A host outside ASCII becomes its A-labels (RFC 5891); spaces leave telephone numbers (RFC 3966
    section 3). A valid address comes back as it was.
    """
    address = address.strip()
    if not _NOT_URI.search(address) and address.count("#") < 2:
        return address
    address = _STRAY_PERCENT.sub("%25", address)
    try:
        parts = urlsplit(address)
        authority = _authority(parts.netloc)
    except ValueError:
        return quote(address, safe=_IN_QUERY)
    path = "".join(parts.path.split()) if parts.scheme == "tel" else parts.path
    return urlunsplit(
        (
            parts.scheme,
            authority,
            quote(path, safe=_IN_PATH),
            quote(parts.query, safe=_IN_QUERY),
            quote(parts.fragment, safe=_IN_QUERY),
        )
    )


def resolved(html: str, base_url: str) -> str:
    """Sanitised HTML with absolute, valid addresses; those that begin with "/" are the site's."""

    def address(found: re.Match[str]) -> str:
        return f"{found[1]}{escape(absolute(unescape(found[2]), base_url))}{found[3]}"

    return _TAG.sub(lambda tag: _ADDRESS.sub(address, tag[0]), html)


def absolute(address: str, base_url: str) -> str:
    """One address as `resolved` makes it."""
    is_ours = address.startswith("/") and not address.startswith("//")
    return valid_uri(f"{base_url}{address}" if is_ours else address)


def _authority(netloc: str) -> str:
    """Raises ValueError where the host cannot be written as A-labels."""
    if netloc.isascii() and not _NOT_URI.search(netloc.translate({91: None, 93: None})):
        return netloc
    user, at, host = netloc.rpartition("@")
    name, colon, port = host.partition(":")
    labels = quote(name.encode("idna").decode("ascii"), safe=_IN_HOST)
    return f"{quote(user, safe=f'{_IN_HOST}:')}{at}{labels}{colon}{quote(port, safe='')}"
