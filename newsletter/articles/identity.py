"""Permanent identifiers of articles, and fingerprints that recognise a renamed file."""

import re
from datetime import datetime
from hashlib import sha256
from unicodedata import normalize
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

MAX_SLUG_LENGTH = 80
UNDATED = "undated"


def tag_uri(authority: str, base_url: str, year: int, name: str) -> str:
    """A permanent `tag:` URI (RFC 4151).

    Args:
        authority: `site.tag`, "host,year"; empty: the host of `base_url` and `year`.
        name: the specific part, such as "article/0123abcd".
    """
    if not authority:
        authority = f"{urlsplit(base_url).hostname or 'localhost'},{year:04d}"
    return f"tag:{authority}:{name}"


def article_name(source: str, source_key: str, attempt: int = 0) -> str:
    """The specific part of an article's tag.

    Args:
        attempt: above 0 if the name is taken: a file was renamed and its old name reused.
    """
    parts = [source, source_key, *([str(attempt)] if attempt else [])]
    name = "\0".join(parts)
    return f"article/{_digest(name)}"


def slug_of(title: str, fallback: str) -> str:
    """The title as lower-case ASCII words joined by hyphens; the fallback if none is left."""
    plain = normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    plain = re.sub(r"['’]", "", plain)
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(slug) > MAX_SLUG_LENGTH:
        slug = (
            slug[: MAX_SLUG_LENGTH + 1].rpartition("-")[0][:MAX_SLUG_LENGTH]
            or slug[:MAX_SLUG_LENGTH]
        )
    return slug.strip("-") or fallback


def topic_slug(name: str) -> str:
    """A topic's slug; spelling variants of one name share it."""
    return slug_of(name, f"topic-{_digest(fold(name))[:8]}")[:60].strip("-")


def fingerprint_of(published_at: datetime | None, title: str, zone: ZoneInfo) -> str:
    """The date of publication in the site's zone and a hash of the folded title."""
    day = published_at.astimezone(zone).date().isoformat() if published_at else UNDATED
    return f"{day} {_digest(fold(title))}"


def is_other_article(fingerprint: str, other: str) -> bool:
    """Whether both date and title differ."""
    day, _, title = fingerprint.partition(" ")
    other_day, _, other_title = other.partition(" ")
    return day != other_day and title != other_title


def fold(text: str) -> str:
    """The text without case, punctuation and spacing; the text itself if nothing else is in it."""
    return re.sub(r"[\W_]+", " ", normalize("NFKC", text).casefold()).strip() or text.strip()


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
