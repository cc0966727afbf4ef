"""Which feed is meant: whose articles it holds, how much of them, and its address.

Pure values and their addresses, both ways; an address has one spelling only, so that a cache keeps
one copy. What stands in a feed is looked up in `feeds.documents.building`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlencode

from newsletter.config.options import FeedOptions
from newsletter.errors import InvalidInput
from newsletter.feeds.documents.content import FeedKind

TOPICS, AUTHORS, PRIVATE = "topics", "authors", "private"
# In an address between the topics of a combination; no slug has it.
AND = "+"
MOST_TOPICS = 12
LAST_PAGE = 100_000
QUERY = ("content", "entries", "page", "archive")


class Content(StrEnum):
    """How much of an article stands in a feed."""

    FULL = "full"  # the whole text
    EXCERPT = "excerpt"  # the summary, and a link to the article


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Whose articles: everybody's, those of any of some topics, or an author's."""

    topics: tuple[str, ...] = ()
    """Slugs, sorted, none twice."""
    author: str = ""
    """The slug of an author's name."""

    @classmethod
    def of_topics(cls, names: str) -> "Scope":
        """The scope that "council+housing" names, in any order.

        Raises:
            InvalidInput: too many topics for one feed.
        """
        topics = tuple(sorted({name for name in names.split(AND) if name}))
        if len(topics) > MOST_TOPICS:
            raise InvalidInput(f"a feed combines at most {MOST_TOPICS} topics; choose fewer")
        return cls(topics=topics)

    @property
    def key(self) -> str:
        """What it is called in addresses and in the database; empty for everything."""
        if self.author:
            return f"{AUTHORS}/{self.author}"
        return f"{TOPICS}/{AND.join(self.topics)}" if self.topics else ""

    @property
    def is_combination(self) -> bool:
        return len(self.topics) > 1


EVERYTHING = Scope()


@dataclass(frozen=True, kw_only=True)
class Selection:
    """One document: a scope in a format, and how much of it."""

    kind: FeedKind
    scope: Scope = EVERYTHING
    content: Content | None = None
    """None: as the site has it."""
    entries: int | None = None
    """At most so many; None: as the site has it."""
    page: int = 1
    """The first is the newest (RFC 5005 section 3)."""
    archive: int = 0
    """The number of an archive document (RFC 5005 section 4); 0: not one."""
    token: str = ""
    """Of a private feed's address."""

    @property
    def path(self) -> str:
        """Where it stands below the site's address."""
        folder = f"{PRIVATE}/{self.token}" if self.token else self.scope.key
        asked = [(name, getattr(self, name)) for name in QUERY]
        query = urlencode([(n, v) for n, v in asked if v and (n, v) != ("page", 1)])
        path = f"{folder}/feed.{self.kind}" if folder else f"feed.{self.kind}"
        return f"{path}?{query}" if query else path

    @property
    def is_subscription(self) -> bool:
        """Whether readers subscribe to it as it is: neither shortened, a later page, nor old."""
        return self.entries is None and self.page == 1 and not self.archive

    @property
    def is_advertised(self) -> bool:
        """Whether hubs are told of it: the feed itself, of more than one reader."""
        return self.is_subscription and not (
            self.content or self.token or self.scope.is_combination
        )

    @property
    def has_archives(self) -> bool:
        """Whether older articles of it are archived; combinations and private feeds have pages."""
        return not (self.scope.is_combination or self.token or self.entries)

    def plain(self) -> "Selection":
        """The feed that it is a page or an archive of."""
        return replace(self, page=1, archive=0)


def select(
    kind: FeedKind,
    scope: Scope,
    query: Mapping[str, str],
    options: FeedOptions,
    token: str = "",
) -> Selection:
    """The document that an address asks for; what is as the site has it anyhow is left out.

    Raises:
        InvalidInput: the query asks for what cannot be.
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
    """How much stands in a feed where its address does not ask for less."""

    entries: int
    content: Content


def limits_of(options: FeedOptions, scope: Scope) -> FeedLimits:
    """What the configuration says of a feed: a topic's own table first."""
    own = options.topics.get(scope.topics[0]) if len(scope.topics) == 1 else None
    return FeedLimits(
        entries=(own and own.entries) or options.entries,
        content=Content((own and own.content) or options.content),
    )


def feed_path(kind: FeedKind, topic: str | None = None, author: str = "") -> str:
    """Where a feed stands below the site's address, and below a folder of static files."""
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
