"""A page of HTML: its words from `article`, `main` or `body`, the rest from its head."""

import re
from datetime import datetime
from functools import partial
from html import escape

from lxml import etree
from lxml import html as pages

from newsletter.articles.importers.base import (
    ImportContext,
    Reading,
    Record,
    Unreadable,
    attempt,
    checked,
    one_line,
)
from newsletter.articles.importers.dates import moment_of
from newsletter.articles.importers.decoding import decode
from newsletter.articles.importers.naming import key_of

DATE_META = (
    "article:published_time",
    "date",
    "pubdate",
    "datepublished",
    "dcterms.date",
    "dcterms.created",
    "dc.date",
)
UPDATED_META = ("article:modified_time", "og:updated_time", "dcterms.modified", "last-modified")
DATE_MEND = 'add <meta property="article:published_time" content="2019-03-23"> to its head'
DECLARED = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
# The furniture of a page that has no article or main of its own.
FURNITURE = ("nav", "script", "style", "noscript", "template")
FRAME = ("header", "footer", "aside", "form")


def read(content: bytes, name: str, context: ImportContext) -> Reading:
    """One article a page."""
    yield attempt(name, partial(_record, content, name, context))


def _record(content: bytes, name: str, context: ImportContext) -> Record:
    page = _Page(_parsed(_decoded(content)))
    title = page.title()
    record = Record(
        source="html",
        source_key=key_of(name),
        explicit_key=False,
        title=title,
        body_html=page.body(title),
        published_at=_published(page, context),
        where=name,
        summary=page.meta("description", "og:description"),
        author=page.meta("author", "article:author", "dcterms.creator", "dc.creator"),
        topics=page.topics(),
        image_url=page.meta("og:image", "og:image:url", "twitter:image"),
        canonical_url=page.canonical(),
        updated_at=_moment(page.meta(*UPDATED_META), context),
    )
    return checked(record, context)


def _decoded(content: bytes) -> str:
    """The text in the encoding that the page declares, where it has no mark of its own."""
    declared = DECLARED.search(content[:4096])
    if declared and not content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        encoding = declared[1].decode("ascii").lower()
        if encoding not in {"utf-8", "utf8", "utf-16"}:
            try:
                content = content.decode(encoding).encode()
            except (LookupError, UnicodeDecodeError) as error:
                raise Unreadable(
                    f"it says its encoding is {encoding}, but it is not", "save it again as UTF-8"
                ) from error
    return decode(content)


def _parsed(text: str) -> pages.HtmlElement:
    parser = pages.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        page = pages.document_fromstring(text.encode(), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable("there is no HTML in it", "export the page again") from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise Unreadable("its elements stand too deep in one another", "export the page again")
    return page


def _published(page: "_Page", context: ImportContext) -> datetime:
    written = page.meta(*DATE_META) or page.time()
    if not written:
        raise Unreadable("there is no date of publication", DATE_MEND)
    return moment_of(written, context.zone)


def _moment(written: str, context: ImportContext) -> datetime | None:
    return moment_of(written, context.zone) if written else None


class _Page:
    """Finds what a page says of itself."""

    def __init__(self, root: pages.HtmlElement) -> None:
        self.root = root
        self.metas: list[tuple[str, str]] = [
            (str(m.get("property") or m.get("name") or m.get("itemprop")).lower(), content)
            for m in root.iter("meta")
            if (content := one_line(m.get("content") or ""))
        ]

    def meta(self, *names: str) -> str:
        """The first value under the first of the names that has one."""
        for name in names:
            for found, content in self.metas:
                if found == name:
                    return content
        return ""

    def topics(self) -> tuple[str, ...] | None:
        tags = [
            content for name, content in self.metas if name in {"article:tag", "article:section"}
        ]
        words = self.meta("keywords")
        return tuple(tags or re.split(r"\s*,\s*", words)) if tags or words else None

    def title(self) -> str:
        heading = self.root.find(".//h1")
        own = self.root.findtext(".//head/title") or self.root.findtext(".//title") or ""
        shown = heading.text_content() if heading is not None else ""
        return self.meta("og:title") or one_line(shown) or one_line(own)

    def time(self) -> str:
        times = [t for t in self.root.iter("time") if t.get("datetime")]
        marked = [t for t in times if "pubdate" in t.attrib or t.get("itemprop") == "datePublished"]
        return one_line((marked or times)[0].get("datetime")) if times else ""

    def canonical(self) -> str:
        for link in self.root.iter("link"):
            if "canonical" in (link.get("rel") or "").lower().split():
                return str(link.get("href") or "")
        return self.meta("og:url")

    def body(self, title: str) -> str:
        """The inner HTML of the article, without its own title and the page's furniture."""
        part = next(
            (p for tag in ("article", "main") if (p := self.root.find(f".//{tag}")) is not None),
            None,
        )
        unwanted = FURNITURE if part is not None else FURNITURE + FRAME
        part = part if part is not None else self.root.find(".//body")
        if part is None:
            return ""
        for element in list(part.iter(*unwanted)):
            element.drop_tree()
        heading = part.find(".//h1")
        if heading is not None and one_line(heading.text_content()) == title:
            heading.drop_tree()
        return _inner(part)


def _inner(part: pages.HtmlElement) -> str:
    children = "".join(etree.tostring(child, encoding="unicode", method="html") for child in part)
    return escape(part.text or "", quote=False) + children
