"""Feed URLs: scope, format and options of a feed, parsed and written. Pure values.

A URL has one canonical form, so that a cache has one copy. Contents are in
`feeds.documents.building`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlencode

from newsletter.config.options import FeedOptions
from newsletter.errors import InvalidInput
from newsletter.feeds.documents.content import FeedKind

TOPICS, AUTHORS, PRIVATE = "topics", "authors", "private"
# Separates the topics of a combination in a URL; not valid in a slug.
AND = "+"
MAX_TOPICS = 12
LAST_PAGE = 100_000
QUERY = ("content", "entries", "page", "archive")


class Content(StrEnum):
    """How much of an article is in a feed."""

    FULL = "full"  # the whole text
    EXCERPT = "excerpt"  # the summary, and a link to the article


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which articles: all, those of any of some topics, or an author's."""

    topics: tuple[str, ...] = ()
    """Sorted slugs, unique."""
    author: str = ""
    """The slug of an author's name."""

    @classmethod
    def of_topics(cls, names: str) -> "Scope":
        """The scope of "council+housing", topics in any order.

        Raises:
            InvalidInput: too many topics for one feed.
        """
        topics = tuple(sorted({name for name in names.split(AND) if name}))
        if len(topics) > MAX_TOPICS:
            raise InvalidInput(f"a feed combines at most {MAX_TOPICS} topics; choose fewer")
        return cls(topics=topics)

    @property
    def key(self) -> str:
        """Its name in URLs and in the database; empty for all articles."""
        if self.author:
            return f"{AUTHORS}/{self.author}"
        return f"{TOPICS}/{AND.join(self.topics)}" if self.topics else ""

    @property
    def is_combination(self) -> bool:
        return len(self.topics) > 1


EVERYTHING = Scope()


@dataclass(frozen=True, kw_only=True)
class Selection:
    """One document: a scope in a format, with its options."""

    kind: FeedKind
    scope: Scope = EVERYTHING
    content: Content | None = None
    """None: the site's default."""
    entries: int | None = None
    """Maximum number of entries; None: the site's default."""
    page: int = 1
    """Page number, newest first (RFC 5005 section 3)."""
    archive: int = 0
    """Number of an archive document (RFC 5005 section 4); 0: not an archive."""
    token: str = ""
    """Token of a private feed."""

    @property
    def path(self) -> str:
        """Its path below the base URL."""
        folder = f"{PRIVATE}/{self.token}" if self.token else self.scope.key
        asked = [(name, getattr(self, name)) for name in QUERY]
        query = urlencode([(n, v) for n, v in asked if v and (n, v) != ("page", 1)])
        path = f"{folder}/feed.{self.kind}" if folder else f"feed.{self.kind}"
        return f"{path}?{query}" if query else path

    @property
    def is_subscription(self) -> bool:
        """Whether readers subscribe to it: not shortened, not a later page, not an archive."""
        return self.entries is None and self.page == 1 and not self.archive

    @property
    def is_advertised(self) -> bool:
        """Whether hubs are notified of it: a public subscription."""
        return self.is_subscription and not (
            self.content or self.token or self.scope.is_combination
        )

    @property
    def has_archives(self) -> bool:
        """Whether its older articles are archived; combinations and private feeds have pages."""
        return not (self.scope.is_combination or self.token or self.entries)

    def plain(self) -> "Selection":
        """The feed of this page or archive."""
        return replace(self, page=1, archive=0)


def select(
    kind: FeedKind,
    scope: Scope,
    query: Mapping[str, str],
    options: FeedOptions,
    token: str = "",
) -> Selection:
    """The document for a URL; options equal to the site's defaults are dropped.

    Raises:
        InvalidInput: an invalid query.
    """
    limits = limits_of(options, scope)
    content = _content(query.get("content", ""))
    entries = _number(query, "entries", limits.entries)
    return Selection(
        kind=kind,
        scope=scope,
        content=None if content == limits.content else content,
        entries=None if entries == limits.entries else entries,
        page=_number(query, "page", LAST_PAGE) or 1,
        archive=_number(query, "archive", LAST_PAGE) or 0,
        token=token,
    )


@dataclass(frozen=True, kw_only=True)
class FeedLimits:
    """Default number of entries and amount of content of a feed."""

    entries: int
    content: Content


def limits_of(options: FeedOptions, scope: Scope) -> FeedLimits:
    """The configured limits of a feed; a topic's own table takes precedence."""
    own = options.topics.get(scope.topics[0]) if len(scope.topics) == 1 else None
    return FeedLimits(
        entries=(own and own.entries) or options.entries,
        content=Content((own and own.content) or options.content),
    )


def feed_path(kind: FeedKind, topic: str | None = None, author: str = "") -> str:
    """The path of a feed below the base URL, and in a folder of static files."""
    return Selection(kind=kind, scope=Scope(topics=(topic,) if topic else (), author=author)).path


def _content(text: str) -> Content | None:
    if not text:
        return None
    if text not in list(Content):
        raise InvalidInput(f"content={text[:40]!r}: write full or excerpt")
    return Content(text)


def _number(query: Mapping[str, str], name: str, most: int) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= most):
        raise InvalidInput(f"{name}={text[:40]!r}: write a number from 1 to {most}")
    return int(text)
