"""A WordPress export (WXR): its posts, without pages, menus and other types.

The file is streamed twice, so memory does not grow with it: once for attachments and names that
posts refer to, once for posts. Parsed without DTD, entities or network.
"""

import io
import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree

from newsletter.articles.body.sanitising import sanitise, text_of
from newsletter.articles.importers.base import (
    BadRecord,
    ImportContext,
    Reading,
    Record,
    Unreadable,
    attempt,
    attempt_all,
    checked,
    one_line,
)
from newsletter.articles.importers.format import Format
from newsletter.articles.importers.formats.feed import CONTROL_BYTES
from newsletter.articles.importers.markup.leftover_marks import strip_tags
from newsletter.articles.importers.markup.shortcodes import PostMedia
from newsletter.articles.importers.markup.wordpress_text import render_post
from newsletter.articles.importers.values.dates import moment_of, read_moment
from newsletter.articles.importers.values.file_names import draft_if_undated
from newsletter.articles.importers.values.visibility import visibility_of
from newsletter.articles.models import ArticleStatus

HINT = "export it again under Tools > Export in WordPress"
NO_DATE = "0000-00-00"
UTC_ZONE = ZoneInfo("UTC")
# CDATA sections, and what other programs leave unescaped outside of them.
_UNESCAPED = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);)|\]\]>",
    re.DOTALL | re.IGNORECASE,
)
_ESCAPES = {b"&": b"&amp;", b"]]>": b"]]&gt;"}


def _is_export(content: bytes) -> bool:
    return b"wordpress.org/export/" in content[:65_536].replace(b"\0", b"")


def read(content: bytes, name: str, context: ImportContext) -> Reading:
    """One article a post."""
    content = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    return attempt_all(name, partial(_of_posts, content, name, context))


def _of_posts(content: bytes, name: str, context: ImportContext) -> Reading:
    _refuse_doctype(content)
    return _posts(content, name, context, _Lookup(content))


def _refuse_doctype(content: bytes) -> None:
    """Refuse a DTD: no export needs one, and entity expansion attacks do."""
    prolog = content.replace(b"\0", b"").partition(b"<rss")[0]
    if b"<!DOCTYPE" in prolog or b"<!ENTITY" in prolog:
        raise Unreadable("it declares a DTD, which no WordPress export does", HINT)


def _elements(content: bytes, *names: str) -> Iterator[Any]:
    """Each element of these local names at its end tag; freed on the next iteration."""
    if content[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
        content = content.translate(None, CONTROL_BYTES)
        content = _UNESCAPED.sub(lambda match: _ESCAPES.get(match[0], match[0]), content)
    reader = etree.iterparse(
        io.BytesIO(content),
        events=("end",),
        tag=[f"{{*}}{name}" for name in names],
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    for _, element in reader:
        yield element
        if element.getparent() is not None and _local(element) in {"item", "author"}:
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


class _Lookup:
    """Attachments, reusable blocks and author names that posts refer to; guids of several posts."""

    def __init__(self, content: bytes) -> None:
        self.pictures: dict[str, str] = {}
        self.attached: dict[str, list[str]] = {}
        self.blocks: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.shared_ids: set[str] = set()
        self._ids: set[str] = set()
        try:
            for element in _elements(content, "item", "author"):
                self._note(element)
        except etree.XMLSyntaxError:
            return  # reported when the posts are read

    def _note(self, element: Any) -> None:
        if _local(element) == "author":
            self.names[_child(element, "author_login")] = _child(element, "author_display_name")
        elif _child(element, "post_type") == "attachment":
            number = _child(element, "post_id")
            self.pictures[number] = _child(element, "attachment_url")
            self.attached.setdefault(_child(element, "post_parent"), []).append(number)
        elif _child(element, "post_type") == "wp_block":
            self.blocks[_child(element, "post_id")] = _encoded(element, "content")
        elif _is_read(element):
            guid = _child(element, "guid")
            (self.shared_ids if guid in self._ids else self._ids).add(guid)

    def pictures_of(self, number: str) -> PostMedia:
        attached = tuple(self.attached.get(number, ()))
        return PostMedia(by_number=self.pictures, attached=attached, blocks=self.blocks)


def _posts(content: bytes, name: str, context: ImportContext, lookup: _Lookup) -> Reading:
    seen = 0
    try:
        for item in _elements(content, "item"):
            if _is_read(item):
                seen += 1
                where = f"{name}, post {seen} (line {item.sourceline})"
                yield attempt(where, partial(_record, item, name, lookup, context, where))
    except etree.XMLSyntaxError as error:
        yield BadRecord(
            where=f"{name}, line {error.lineno}",
            what=f"the file is damaged: {one_line(str(error.msg))} (posts read before: {seen})",
            hint=HINT,
        )


def _is_read(item: Any) -> bool:
    return _child(item, "post_type") == "post" and _child(item, "status") != "auto-draft"


def _record(item: Any, name: str, lookup: _Lookup, context: ImportContext, where: str) -> Record:
    login, link = _child(item, "creator"), _child(item, "link")
    key, *other_keys = _keys(item, link or name, lookup)
    visibility = visibility_of(
        {"status": _child(item, "status"), "post_password": _child(item, "post_password")}
    )
    unknown = tuple(f"{word!r} is not known: kept as a draft" for word in visibility.unknown)
    published_at, reading = _published(item, context)
    status, why = draft_if_undated(visibility.status, published_at)
    cleared = strip_tags(_encoded(item, "content"), _child(item, "title"))
    text = render_post(cleared.text, lookup.pictures_of(_child(item, "post_id")))
    record = Record(
        source="wordpress",
        source_key=key,
        explicit_key=True,
        other_keys=tuple(other_keys),
        title=_child(item, "title"),
        body_html=text.html,
        published_at=published_at,
        where=where,
        summary=text_of(sanitise(_encoded(item, "excerpt"), "")),
        author=lookup.names.get(login) or login,
        topics=_topics(item),
        image_url=lookup.pictures.get(_meta(item, "_thumbnail_id"), ""),
        canonical_url=link if status is ArticleStatus.PUBLISHED else "",
        base_url=link,
        status=status,
        updated_at=_utc(_child(item, "post_modified_gmt")),
        notes=(*cleared.notes, *text.notes, *unknown, *why, *reading),
    )
    return checked(record, context)


def _keys(item: Any, place: str, lookup: _Lookup) -> list[str]:
    """The post's key, then the one it has while its guid is or is not that of other posts too.

    WordPress makes guids of addresses and never changes them; a post copied within the database, or
    moved from a site with the same numbers, shares that of another.
    """
    guid = _child(item, "guid")
    if not guid:
        return [f"{place} {_child(item, 'post_id')}"]
    keys = [guid, f"{guid} {_child(item, 'post_id')}"]
    return keys[::-1] if guid in lookup.shared_ids else keys


def _published(item: Any, context: ImportContext) -> tuple[datetime | None, tuple[str, ...]]:
    """The time and notes on it: from the feed date, else UTC, else the blog's local time."""
    local, utc = _child(item, "post_date"), _utc(_child(item, "post_date_gmt"))
    for written in (_child(item, "pubDate"), "" if utc else local):
        if written and not written.startswith(NO_DATE):
            try:
                moment = read_moment(written, context.zone)
            except Unreadable:
                continue
            return moment.at, (f"date read as {moment.reading}",) if moment.reading else ()
    return utc, ()


def _utc(text: str) -> datetime | None:
    if not text or text.startswith(NO_DATE):
        return None
    try:
        return moment_of(text, UTC_ZONE)
    except Unreadable:
        return None


def _topics(item: Any) -> tuple[str, ...]:
    return tuple(
        category.text
        for category in item.iterchildren("{*}category")
        if category.get("domain") in {"category", "post_tag"}
        and category.text
        and category.get("nicename") != "uncategorized"
    )


def _meta(item: Any, key: str) -> str:
    for meta in item.iterchildren("{*}postmeta"):
        if _child(meta, "meta_key") == key:
            return _child(meta, "meta_value")
    return ""


def _encoded(item: Any, kind: str) -> str:
    """The text of content:encoded or excerpt:encoded, distinguished by namespace."""
    for element in item.iterchildren("{*}encoded"):
        if f"/{kind}/" in str(element.tag).rpartition("}")[0]:
            return element.text or ""
    return ""


def _child(element: Any, name: str) -> str:
    child = element.find(f"{{*}}{name}")
    return (child.text or "").strip() if child is not None else ""


def _local(element: Any) -> str:
    # lxml makes an undeclared prefix part of the name.
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


FORMATS = (
    Format(name="wordpress", read=read, sources={"wordpress": True}, narrows={"feed": _is_export}),
)
