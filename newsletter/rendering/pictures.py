"""Embedding of the site's own small pictures into mails, as an option.

The HTML then refers to a part (`cid:`, RFC 2392) instead of a URL. A picture of another site, too
large or unavailable keeps its URL, so nothing here stops a mail. Each is read once for all variants
of an edition.
"""

import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import urlsplit

from newsletter.errors import FetchError

ReadPicture = Callable[[str], bytes]
"""The bytes at a URL; raises FetchError if unavailable or too large."""

MAX_PICTURES = 12
# Time limit for all pictures of a page: the rest keep their URLs.
MAX_SECONDS = 30.0
# Cache time, for the variants of one edition; later the picture may have changed.
KEPT_SECONDS = 600.0
# Formats supported by all mail clients; others (WebP, SVG) keep their URLs.
TYPES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_IMAGE = re.compile(r'(<img\b(?:[^>"]|"[^"]*")*?\ssrc=")([^"]*)(")')


@dataclass(frozen=True, kw_only=True)
class Picture:
    """An embedded picture."""

    content_id: str
    media_type: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class EmbeddedPage:
    """HTML with embedded pictures."""

    html: str
    pictures: tuple[Picture, ...] = ()
    left: tuple[str, ...] = ()
    """Own pictures that were not embedded, with the reason."""


class PictureEmbedder:
    """Embeds the pictures of one site, each read on first use."""

    def __init__(self, base_url: str, others: tuple[str, ...], read: ReadPicture) -> None:
        """
        Args:
            others: URLs or URL prefixes of own pictures, besides the base URL.
        """
        self._host = urlsplit(base_url).hostname or "localhost"
        self._own = frozenset(others)
        self._starts = tuple(f"{start.rstrip('/')}/" for start in (base_url, *others))
        self._read = read
        self._kept: dict[str, tuple[float, Picture | str]] = {}

    def inline(self, html: str) -> EmbeddedPage:
        """The page with its own pictures embedded."""
        until = time.monotonic() + MAX_SECONDS
        addresses = dict.fromkeys(unescape(match[1]) for match in _IMAGE.findall(html))
        pictures: dict[str, Picture] = {}
        left: list[str] = []
        for address in addresses:
            if not (address in self._own or address.startswith(self._starts)):
                continue
            picture = self._picture(address, until, is_full=len(pictures) >= MAX_PICTURES)
            if isinstance(picture, Picture):
                pictures[escape(address)] = picture
            else:
                left.append(picture)

        def named(match: re.Match[str]) -> str:
            picture = pictures.get(escape(unescape(match[2])))
            return f"{match[1]}cid:{picture.content_id}{match[3]}" if picture else match[0]

        parts = {picture.content_id: picture for picture in pictures.values()}
        return EmbeddedPage(
            html=_IMAGE.sub(named, html), pictures=tuple(parts.values()), left=tuple(left)
        )

    def _picture(self, address: str, until: float, *, is_full: bool) -> Picture | str:
        """The picture, or the reason why it is not embedded."""
        now = time.monotonic()
        cached = self._kept.get(address)
        if cached and now - cached[0] < KEPT_SECONDS and not is_full:
            return cached[1]
        if is_full or now > until:
            return f"{address}: there are too many pictures, or they came too slowly"
        self._kept = {a: k for a, k in self._kept.items() if now - k[0] < KEPT_SECONDS}
        try:
            picture: Picture | str = self._part(address, self._read(address))
        except FetchError as error:
            picture = str(error)
        self._kept[address] = (now, picture)
        return picture

    def _part(self, address: str, content: bytes) -> Picture | str:
        for start, media_type in TYPES.items():
            if content.startswith(start):
                name = hashlib.sha256(content).hexdigest()[:24]
                return Picture(
                    content_id=f"{name}@{self._host}", media_type=media_type, content=content
                )
        return f"{address}: it is no PNG, JPEG or GIF"
