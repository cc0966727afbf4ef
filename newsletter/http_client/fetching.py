"""Outgoing HTTP protected against server-side request forgery (SSRF).

A name is resolved once, every address is checked, and the connection goes to a checked address, so
neither redirects nor DNS rebinding reach private networks. Size and total time are bounded. Proxies
and netrc of the environment are not used.
"""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from newsletter.errors import FetchError
from newsletter.http_client.url_credentials import without_credentials

if TYPE_CHECKING:  # `guarded` needs requests, which only whoever fetches waits for
    from requests import Response

MAX_BYTES = 32 * 1024 * 1024
TOTAL_TIME = timedelta(seconds=60)
CHUNK_BYTES = 64 * 1024
HEADERS = {"User-Agent": "newsletter (feed reader)", "Accept": "*/*"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """An answer.

    Args:
        changed: False for a 304, with empty content.
        url: the final URL, after redirects, without credentials.
    """

    url: str
    changed: bool
    content: bytes = b""
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """Size and type of a file, by response headers."""

    length_bytes: int
    """0 if unknown."""
    content_type: str


def fetch(
    url: str,
    *,
    etag: str = "",
    last_modified: str = "",
    allow_private: bool = False,
    max_bytes: int = MAX_BYTES,
    total_time: timedelta = TOTAL_TIME,
) -> Fetched:
    """GET a URL, conditionally where a validator is given.

    Raises:
        FetchError: it could not, or must not, be fetched.
    """
    from newsletter.http_client.guarded import answered

    headers = dict(HEADERS)
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    with answered(url, headers, allow_private, total_time) as (answer, address):
        return _read(answer, without_credentials(url), address, max_bytes)


def status_of(url: str, *, allow_private: bool = False, total_time: timedelta = TOTAL_TIME) -> int:
    """The HTTP status of a URL, after redirects; the body is not read.

    Raises:
        FetchError: it does not answer, or must not be fetched.
    """
    from newsletter.http_client.guarded import answered

    with answered(url, HEADERS, allow_private, total_time) as (answer, _):
        return answer.status_code


def size_of(url: str, *, allow_private: bool = False, total_time: timedelta = TOTAL_TIME) -> Size:
    """The size of a file by the response headers; the body is not read.

    By GET, since many servers answer HEAD wrongly.

    Raises:
        FetchError: it does not answer, has no such file, or must not be fetched.
    """
    from newsletter.http_client.guarded import answered

    headers = {**HEADERS, "Accept-Encoding": "identity"}
    with answered(url, headers, allow_private, total_time) as (answer, _):
        if answer.status_code != HTTPStatus.OK:
            shown = without_credentials(url)
            raise FetchError(f"{shown}: the server answered {answer.status_code}")
        length = answer.headers.get("Content-Length", "")
        return Size(
            length_bytes=int(length) if length.isascii() and length.isdigit() else 0,
            content_type=answer.headers.get("Content-Type", "").partition(";")[0].strip(),
        )


def _read(answer: "Response", shown: str, address: str, max_bytes: int) -> Fetched:
    etag, modified = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
    if answer.status_code == HTTPStatus.NOT_MODIFIED:
        return Fetched(url=address, changed=False, etag=etag, last_modified=modified)
    if answer.status_code != HTTPStatus.OK:
        raise FetchError(
            f"{shown}: the server answered {answer.status_code} {answer.reason or ''}".rstrip()
            + "; check the address, or try again later"
        )
    content = bytearray()
    for chunk in answer.iter_content(CHUNK_BYTES):
        content += chunk
        if len(content) > max_bytes:
            raise FetchError(f"{shown}: the answer is larger than {max_bytes} bytes; refused")
    return Fetched(
        url=address,
        changed=True,
        content=bytes(content),
        content_type=answer.headers.get("Content-Type", ""),
        etag=etag,
        last_modified=modified,
    )
