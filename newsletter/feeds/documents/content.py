"""The content of a feed, independent of its format. Pure values.

`feeds.documents.building` decides which articles and URLs.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from newsletter.logging import EventLogger

log = EventLogger(__name__)

# The update time of an empty feed: mandatory, and constant.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)

UNTITLED = "Untitled"
SENTENCE_ENDS = (".", "!", "?", "…")

# XML 1.0 section 2.2: every character that a document may hold.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What an HTML parser, or a reader that guesses, takes for a tag or character reference.
_MARKUP = re.compile(r"<(?=[/!?A-Za-z])|&(?=#?\w+;)")
# WORD JOINER: zero width, no line break (Unicode section 23.2); after "<" it prevents a tag.
WORD_JOINER = "\u2060"


class FeedKind(StrEnum):
    """A feed format; its value is the extension in the feed's URL."""

    ATOM = "atom"  # RFC 4287
    RSS = "rss"  # RSS 2.0 with the Board's profile
    JSON = "json"  # JSON Feed 1.1

    @property
    def content_type(self) -> str:
        """The media type (the JSON one from JSON Feed 1.1, "MIME type")."""
        media = {"atom": "atom+xml", "rss": "rss+xml", "json": "feed+json"}[self.value]
        return f"application/{media}"

    @property
    def label(self) -> str:
        return {"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}[self.value]


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link to another document of the feed, or to its hub."""

    rel: str
    """The link relation: "self", "hub", "next", "prev-archive" … (RFC 8288, RFC 5005, WebSub)."""
    url: str


@dataclass(frozen=True, kw_only=True)
class Withdrawn:
    """An article removed from the feed."""

    id: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class FeedInfo:
    """Feed-level metadata; every URL is absolute."""

    id: str
    """A `tag:` URI, independent of the URL."""
    title: str
    subtitle: str
    imprint: str
    """The imprint, part of the feed's description."""
    author: str
    """Author of entries that have none."""
    language: str
    self_url: str
    site_url: str
    ttl_minutes: int
    logo: str = ""
    """URL of the site's logo."""
    links: tuple[Link, ...] = ()
    """Links besides the feed's own URL and the site's page."""
    withdrawn: tuple[Withdrawn, ...] = ()
    is_archive: bool = False
    """Whether it is an archive document (RFC 5005 section 4)."""

    @property
    def description(self) -> str:
        subtitle = self.subtitle or self.title
        if not self.imprint:
            return subtitle
        return f"{subtitle}{'' if subtitle.endswith(SENTENCE_ENDS) else '.'} {self.imprint}"


@dataclass(frozen=True, kw_only=True)
class Media:
    """A picture, recording or document attached to an entry."""

    url: str
    type: str
    length: int = 0
    """In bytes; 0 where unknown (RSS Board profile, "enclosure")."""
    title: str = ""

    @property
    def medium(self) -> str:
        """The medium attribute of "media:content" (Media RSS)."""
        kind = self.type.partition("/")[0]
        return kind if kind in {"image", "audio", "video"} else "document"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One article in a feed."""

    id: str
    url: str
    title: str
    summary: str
    content_html: str
    """Empty in a feed of excerpts."""
    author: str
    published: datetime
    updated: datetime
    topics: tuple[tuple[str, str], ...] = field(default=())
    """Slug and name of each."""
    image: Media | None = None
    enclosures: tuple[Media, ...] = ()
    """Recordings and documents linked in the body."""

    @property
    def media(self) -> tuple[Media, ...]:
        """Everything attached, the most important first: RSS has one enclosure."""
        return (*self.enclosures, *((self.image,) if self.image else ()))


def last_update(info: FeedInfo, entries: tuple[Entry, ...]) -> datetime:
    """The last significant change of the document (RFC 4287 section 4.2.15)."""
    moments = [entry.updated for entry in entries] + [gone.at for gone in info.withdrawn]
    return max(moments, default=NEVER)


def tidy_info(info: FeedInfo) -> FeedInfo:
    """The metadata with every text valid in XML, and no mandatory field empty."""
    title = clean_line(info.title, UNTITLED)
    return replace(
        info,
        title=title,
        subtitle=clean_line(info.subtitle, ""),
        imprint=clean_line(info.imprint, ""),
        author=clean_line(info.author, title),
    )


def tidy_entry(entry: Entry, author: str) -> Entry:
    """The entry with every text valid in XML, and no mandatory field empty.

    Args:
        author: the fallback for an entry without one.
    """
    title = clean_line(entry.title, UNTITLED)
    return Entry(
        id=entry.id,
        url=entry.url,
        title=title,
        summary=clean_line(entry.summary, title),
        content_html=clean(entry.content_html),
        author=clean_line(entry.author, author),
        published=entry.published.astimezone(UTC),
        updated=entry.updated.astimezone(UTC),
        topics=tuple((slug, clean_line(name, slug)) for slug, name in entry.topics),
        image=entry.image and _tidy_media(entry.image),
        enclosures=tuple(_tidy_media(one) for one in entry.enclosures),
    )


def _tidy_media(media: Media) -> Media:
    return replace(media, url=clean(media.url), title=clean_line(media.title, ""))


def looks_like_markup(text: str) -> bool:
    """Whether a plain text could be mistaken for HTML."""
    return bool(_MARKUP.search(text))


def escape_markup_lookalikes(text: str) -> str:
    """The text, visually unchanged, so that it cannot be mistaken for HTML."""
    return _MARKUP.sub(lambda match: f"{match[0]}{WORD_JOINER}", text)


Given = TypeVar("Given")
Made = TypeVar("Made")


def convert_each(items: Iterable[Given], make: Callable[[Given], Made]) -> Iterator[Made]:
    """Each item converted; one that fails is left out of the feed and logged."""
    for one in items:
        try:
            yield make(one)
        except Exception:
            # One broken article must not take the others out of the feed.
            log.exception("article left out of feed", article=str(one)[:200])


def clean(text: str) -> str:
    """The text without characters that XML cannot hold."""
    return text if text.isprintable() else _NOT_XML.sub("", text)


def clean_line(text: str, otherwise: str) -> str:
    """The text on one clean line, or `otherwise` if it is empty."""
    return " ".join(clean(text).split()) or otherwise
