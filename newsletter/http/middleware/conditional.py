"""Conditional requests and content coding (RFC 9110 sections 8.8, 12.5.3, 13); pure functions."""

import gzip
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache

import brotli

from newsletter.http_client.http_dates import parsed_http_date

# Best compression first.
CODINGS = ("br", "gzip")
# Of 0 to 11; higher levels take many times as long for a few per cent.
BROTLI_QUALITY = 6


def http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def is_unchanged(headers: Mapping[str, str], etag: str, last_modified: datetime | None) -> bool:
    """Whether a GET may be answered with 304.

    If-Modified-Since counts only where there is no If-None-Match (RFC 9110 section 13.2.2).
    """
    if (tags := headers.get("if-none-match")) is not None:
        client_tags = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return "*" in client_tags or etag in client_tags
    since = parsed_http_date(headers.get("if-modified-since", ""))
    if since is None or last_modified is None:
        return False
    return last_modified.replace(microsecond=0) <= since


def encoded(content: bytes, coding: str) -> bytes:
    """The content in one of the codings; "" is the identity."""
    match coding:
        case "br":
            compressed = brotli.compress(content, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)
            return bytes(compressed)
        case "gzip":
            # Without a timestamp equal content gives equal bytes, as a strong ETag requires.
            return gzip.compress(content, mtime=0)
        case _:
            return content


@lru_cache(maxsize=256)
def best_coding(accept_encoding: str) -> str:
    """Content negotiation: the preferred supported coding, or "" (RFC 9110 section 12.5.3).

    A coding is acceptable if named, or matched by `*`, with a weight above zero; of equal weights
    the first of `CODINGS`.
    """
    weights: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        coding, _, parameter = part.partition(";")
        weights[coding.strip()] = _weight(parameter)
    others = weights.get("*", 0.0)
    weight_of = {coding: weights.get(coding, others) for coding in CODINGS}
    best = max(CODINGS, key=lambda coding: weight_of[coding])
    return best if weight_of[best] > 0 else ""


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0
