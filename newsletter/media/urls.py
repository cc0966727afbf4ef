"""The URLs of encoded pictures: `/media/HASH.SUFFIX`, below the site's base URL."""

import re
from collections.abc import Set as AbstractSet

HASH_CHARACTERS = 32
SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif"}
_PATH = re.compile(r"/media/([0-9a-f]{32})\.(?:jpg|png|gif)\b")


def media_path(content_hash: str, media_type: str) -> str:
    """The path of a picture below the base URL."""
    return f"/media/{content_hash}.{SUFFIXES[media_type]}"


def hash_in(address: str, base_url: str) -> str | None:
    """The content hash in the URL or path of one of the site's own pictures."""
    match = _PATH.fullmatch(address.removeprefix(base_url))
    return match[1] if match else None


def hashes_in(text: str) -> AbstractSet[str]:
    """The content hashes of all own pictures that a text refers to."""
    return set(_PATH.findall(text))
