"""Machine-readable metadata of a page: JSON-LD, `<meta>`, microdata, `<time>`, its URL."""

import json
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from newsletter.articles.importers.base import one_line
from newsletter.articles.importers.values.json_values import parse_json

Element: TypeAlias = Any
"""An lxml element; lxml ships no types."""

DATE_META = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time",
    "datepublished", "date", "pubdate", "publish-date", "publishdate", "publish_date",
    "publication_date", "publication-date", "date_published", "published_time", "parsely-pub-date",
    "sailthru.date", "citation_publication_date", "citation_date", "dc.date.issued", "dc.date",
    "dcterms.issued", "dcterms.date", "dcterms.created", "dcterms.available", "dc.date.created",
    "article.published", "article:post_date", "bt:pubdate", "created", "article.created",
    "datecreated", "originalpublicationdate", "rnews:datepublished", "ptime",
)  # fmt: skip
UPDATED_META = (
    "article:modified_time", "og:updated_time", "datemodified", "dcterms.modified",
    "dc.date.modified", "last-modified", "lastmod", "revised",
)  # fmt: skip
AUTHOR_META = (
    "author",
    "article:author",
    "dcterms.creator",
    "dc.creator",
    "citation_author",
    "byl",
)
IMAGE_META = (
    "og:image",
    "og:image:url",
    "og:image:secure_url",
    "twitter:image",
    "twitter:image:src",
)
_ARTICLE_TYPES = re.compile(r"Article|Posting|Report|Review|Recipe|Event$")
_DATED_CLASS = re.compile(
    r"(?:^|[\s_-])(?:dt-published|entry-date|published|post-date|pubdate|posted-on|dateline"
    r"|article-date|date-published|publish-date|date-header|postdate|timestamp|byline-date)(?:$|[\s_-])",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"comment|related|sidebar|footer|recent|popular|teaser", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"/((?:19|20)\d{2})[/-](\d{2})[/-](\d{2})(?=[/-]|$)")
MAX_DATE_LENGTH = 60


class PageMetadata:
    """The metadata of one page."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.metas: list[tuple[str, str]] = [
            (name.lower(), content)
            for m in root.iter("meta")
            for name in (m.get("property"), m.get("name"), m.get("itemprop"))
            if name and (content := one_line(m.get("content") or ""))
        ]
        self.data = list(_linked_data(root))

    def meta(self, *names: str) -> str:
        """The first value of the first of the names that has one."""
        for name in names:
            for key, content in self.metas:
                if key == name:
                    return content
        return ""

    def dates(self) -> Iterator[tuple[str, str]]:
        """Publication dates with their origin, the most reliable first."""
        for node in self.data:
            if isinstance(written := node.get("datePublished"), str):
                yield written, "JSON-LD"
        for name in DATE_META:
            if written := self.meta(name):
                yield written, name
        yield from ((one, "itemprop") for one in self._items("datePublished", "dateCreated"))
        yield from ((one, "<time>") for one in self._times())
        yield from ((one, "its class") for one in self._by_class())
        if match := _IN_ADDRESS.search(self.canonical()):
            yield "-".join(match.groups()), "its address"

    def updated(self) -> str:
        for node in self.data:
            if isinstance(written := node.get("dateModified"), str):
                return written
        return self.meta(*UPDATED_META) or next(self._items("dateModified"), "")

    def _items(self, *names: str) -> Iterator[str]:
        for element in self.root.xpath("descendant::*[@itemprop and not(self::meta)]"):
            if set(names) & set(element.get("itemprop").split()):
                yield _written(element)

    def _times(self) -> Iterator[str]:
        """Marked-up times; those in the article; others outside comments and article lists."""
        times = [t for t in self.root.iter("time") if not is_aside(t)]
        marked = [
            t for t in times if "pubdate" in t.attrib or _DATED_CLASS.search(t.get("class") or "")
        ]
        within = [t for t in times if next(t.iterancestors("article", "main"), None) is not None]
        for element in (*marked, *within, *times):
            yield _written(element)

    def _by_class(self) -> Iterator[str]:
        for element in self.root.iter(
            "span", "p", "div", "abbr", "li", "dd", "td", "small", "em", "a", "h2"
        ):
            names = f"{element.get('class') or ''} {element.get('id') or ''}"
            if _DATED_CLASS.search(names) and not is_aside(element):
                written = _written(element)
                if len(written) <= MAX_DATE_LENGTH:
                    yield re.sub(
                        r"^(?:posted|published|date)(?:\s+on)?\s*:?\s*",
                        "",
                        written,
                        flags=re.IGNORECASE,
                    )

    def author(self) -> str:
        for node in self.data:
            people = node.get("author")
            people = people if isinstance(people, list) else [people]
            names = [p.get("name") if isinstance(p, dict) else p for p in people]
            if usable_names := [name for name in names if isinstance(name, str) and name.strip()]:
                return ", ".join(usable_names)
        named = self.meta(*AUTHOR_META)
        return "" if named.startswith(("http://", "https://")) else named

    def topics(self) -> tuple[str, ...] | None:
        tags = [
            content for name, content in self.metas if name in {"article:tag", "article:section"}
        ]
        words = self.meta("keywords", "news_keywords")
        return tuple(tags or re.split(r"\s*[,;]\s*", words)) if tags or words else None

    def headline(self) -> str:
        value = self.meta(
            "og:title", "twitter:title", "dc.title", "dcterms.title", "citation_title"
        )
        heads = (node.get("headline") for node in self.data)
        return value or next((one_line(h) for h in heads if isinstance(h, str)), "")

    def site_name(self) -> str:
        named = self.meta("og:site_name", "application-name")
        if named:
            return named
        publishers = (node.get("publisher") for node in self.data)
        names = (p.get("name") for p in publishers if isinstance(p, dict))
        return next((name for name in names if isinstance(name, str)), "")

    def image(self) -> str:
        return self.meta(*IMAGE_META)

    def canonical(self) -> str:
        for link in self.root.iter("link"):
            if "canonical" in (link.get("rel") or "").lower().split():
                return str(link.get("href") or "")
        return self.meta("og:url")

    def base(self) -> str:
        base = self.root.find(".//base[@href]")
        return str(base.get("href")) if base is not None else ""


def _written(element: Element) -> str:
    return one_line(element.get("datetime") or element.get("content") or element.text_content())


def is_aside(element: Element) -> bool:
    """Whether it is in comments, in a list of other articles or in a quotation, as of a post."""
    return any(
        e.tag in {"aside", "nav", "blockquote"}
        or (e.tag == "footer" and next(e.iterancestors("article"), None) is None)
        or _COMMENTS.search(f"{e.get('class') or ''} {e.get('id') or ''}")
        for e in element.iterancestors()
        if e.tag not in {"body", "html"}
    )


def _linked_data(root: Element) -> Iterator[dict[str, Any]]:
    """JSON-LD nodes: articles first, then pages."""
    nodes: list[dict[str, Any]] = []
    for script in root.iter("script"):
        if (script.get("type") or "").partition(";")[0].strip().lower() == "application/ld+json":
            try:
                nodes += _nodes(parse_json(script.text or "", strict=False), depth=0)
            except (json.JSONDecodeError, RecursionError):
                continue
    articles = [node for node in nodes if _ARTICLE_TYPES.search(str(node.get("@type")))]
    pages = [node for node in nodes if str(node.get("@type")).endswith("Page")]
    yield from articles
    yield from pages


def _nodes(value: Any, depth: int) -> list[dict[str, Any]]:
    if depth > 4:
        return []
    if isinstance(value, list):
        return [node for one in value for node in _nodes(one, depth + 1)]
    if not isinstance(value, dict):
        return []
    inner = [value.get(name) for name in ("@graph", "mainEntity", "mainEntityOfPage")]
    return [value, *(node for one in inner for node in _nodes(one, depth + 1))]
