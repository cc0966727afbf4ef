"""What a feed says, in a form that all three formats are written from.

Pure values: which articles, and under which addresses, `feeds.building` decides.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

import structlog

log = structlog.get_logger()

# An empty feed has to say something, and must say the same each time.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)

UNTITLED = "Untitled"
SENTENCE_ENDS = (".", "!", "?", "…")

# XML 1.0 section 2.2: every character that a document may hold.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What a parser of HTML, or a reader that guesses, takes for a tag or a character reference.
_MARKUP = re.compile(r"<(?=[/!?A-Za-z])|&(?=#?\w+;)")
# U+2060 has no width and breaks no line (Unicode, section 23.2); after "<" there is no tag.
WORD_JOINER = "\u2060"


class FeedKind(StrEnum):
    """A format; its value is the ending of the feed's address."""

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
    """Where another document of the feed, or its hub, is found."""

    rel: str
    """"self", "hub", "next", "prev-archive" … (RFC 8288, RFC 5005, WebSub)."""
    url: str


@dataclass(frozen=True, kw_only=True)
class Withdrawn:
    """An article that was in the feed and has been taken back."""

    id: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class FeedInfo:
    """What a feed says about itself; every address is absolute."""

    id: str
    """A `tag:` URI that outlives a change of address."""
    title: str
    subtitle: str
    imprint: str
    """Who promotes the material; said where readers show the feed's description."""
    author: str
    """Stands in for an entry's author where it has none."""
    language: str
    self_url: str
    site_url: str
    ttl_minutes: int
    logo: str = ""
    """The address of a picture that stands for the site."""
    links: tuple[Link, ...] = ()
    """Besides its own address and the site's page."""
    withdrawn: tuple[Withdrawn, ...] = ()
    is_archive: bool = False
    """Whether it is a finished part of the past (RFC 5005 section 4)."""

    @property
    def description(self) -> str:
        subtitle = self.subtitle or self.title
        if not self.imprint:
            return subtitle
        return f"{subtitle}{'' if subtitle.endswith(SENTENCE_ENDS) else '.'} {self.imprint}"


@dataclass(frozen=True, kw_only=True)
class Media:
    """A picture, recording or paper that belongs to an entry."""

    url: str
    type: str
    length: int = 0
    """In bytes; 0 where unknown (RSS Board profile, "enclosure")."""
    title: str = ""

    @property
    def medium(self) -> str:
        """What Media RSS calls its kind ("media:content", attribute medium)."""
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
    """Recordings and papers that the text links to."""

    @property
    def media(self) -> tuple[Media, ...]:
        """Everything attached, what matters most first: RSS has room for one enclosure."""
        return (*self.enclosures, *((self.image,) if self.image else ()))


def last_update(info: FeedInfo, entries: tuple[Entry, ...]) -> datetime:
    """When the document last changed in a way worth telling (RFC 4287 section 4.2.15)."""
    moments = [entry.updated for entry in entries] + [gone.at for gone in info.withdrawn]
    return max(moments, default=NEVER)


def tidy_info(info: FeedInfo) -> FeedInfo:
    """The same, with every text fit for XML and nothing empty that a format demands."""
    title = clean_line(info.title, UNTITLED)
    return replace(
        info,
        title=title,
        subtitle=clean_line(info.subtitle, ""),
        imprint=clean_line(info.imprint, ""),
        author=clean_line(info.author, title),
    )


def tidy_entry(entry: Entry, author: str) -> Entry:
    """Likewise.

    Args:
        author: who stands in where the entry has none.
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
    """Whether a plain text could be taken for HTML."""
    return bool(_MARKUP.search(text))


def escape_markup_lookalikes(text: str) -> str:
    """The text, looking the same, in a form that nobody takes for HTML."""
    return _MARKUP.sub(lambda found: f"{found[0]}{WORD_JOINER}", text)


Given = TypeVar("Given")
Made = TypeVar("Made")


def convert_each(given: Iterable[Given], make: Callable[[Given], Made]) -> Iterator[Made]:
    """What is made of each; one that nothing can be made of is left out of the feed, and logged."""
    for one in given:
        try:
            yield make(one)
        except Exception:
            # Whatever it is, one article must not take all others out of the feed.
            log.exception("an article is left out of a feed", article=str(one)[:200])


def clean(text: str) -> str:
    """The text without the characters that XML cannot carry."""
    return text if text.isprintable() else _NOT_XML.sub("", text)


def clean_line(text: str, otherwise: str) -> str:
    """The text as one clean line, or `otherwise` where nothing is left of it."""
    return " ".join(clean(text).split()) or otherwise
