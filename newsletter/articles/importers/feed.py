"""RSS, Atom and RDF feeds, read by feedparser, and JSON Feed 1.1.

The bytes are given: fetching and conditional requests are left to `newsletter.fetching` and
polling. What is no feed, whatever its name or type says, is reported as what it is.
"""

import io
import re
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from html import escape
from typing import Any

import feedparser

from newsletter.articles.attachments import Attachment
from newsletter.articles.identity import fingerprint_of
from newsletter.articles.importers import jsonfeed
from newsletter.articles.importers.base import (
    BadRecord,
    ImportContext,
    Reading,
    Record,
    Unreadable,
    attempt,
    checked,
)
from newsletter.articles.importers.dates import MEND, find_moment
from newsletter.articles.importers.decoding import decode
from newsletter.articles.importers.text import paragraphs_of
from newsletter.articles.sanitising import sanitise, summary_of, text_of

CONTROL_BYTES = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r")
END = re.compile(
    rb"</(?:\w+:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.*?-->\s*)*$", re.IGNORECASE | re.DOTALL
)
HTML = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
OFFERED = re.compile(
    rb"<link\b[^>]*type=[\"']application/(?:rss|atom)\+xml[\"'][^>]*>", re.IGNORECASE
)
LONGEST_MADE_TITLE = 80
LONGEST_NUMBER = 16


def read(content: bytes, name: str, context: ImportContext) -> Reading:
    """One article an entry."""
    try:
        if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            yield from jsonfeed.read(decode(content), name, context)
        else:
            yield from _entries(content, name, context)
    except Unreadable as error:
        yield BadRecord(where=name, what=error.what, mend=error.mend)


def _entries(content: bytes, name: str, context: ImportContext) -> Iterator[Record | BadRecord]:
    feed = _parsed(content, name)
    entries = feed.entries
    if feed.bozo and not END.search(content[-2000:].replace(b"\0", b"")):
        if not entries:
            raise Unreadable("the feed is cut off before its first entry", "fetch it again")
        cut = entries[-1]
        entries = entries[:-1]
        yield BadRecord(
            where=name,
            what=f"the feed is cut off in the entry {summary_of(cut.get('title', ''), 60)!r}",
            mend="fetch it again; the entries before it were read",
        )
    home = str(feed.feed.get("link") or name)
    author = str(feed.feed.get("author_detail", {}).get("name") or "")
    for number, entry in enumerate(entries, start=1):
        where = f"{name}, entry {number}"
        yield attempt(where, partial(_record, entry, where, home, author, context))


def _parsed(content: bytes, name: str) -> Any:
    if not content.strip():
        raise Unreadable("the feed is empty", "check its address")
    if content[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
        content = content.translate(None, CONTROL_BYTES)
    plain = content.replace(b"\0", b"")
    if b"<!DOCTYPE" in plain and b"<!ENTITY" in plain:
        raise Unreadable("it declares XML entities, which feeds have no need of", "ask its makers")
    # Given as a stream: a text or bytes could be taken for an address and be opened.
    feed = feedparser.parse(
        io.BytesIO(content),
        response_headers={"content-location": name} if "://" in name else {},
        sanitize_html=False,
        resolve_relative_uris=True,
    )
    if not feed.get("version") and not feed.get("entries"):
        raise _no_feed(content)
    return feed


def _no_feed(content: bytes) -> Unreadable:
    if HTML.search(content[:4096]):
        offered = OFFERED.search(content)
        address = re.search(rb"href=[\"']([^\"']+)", offered[0]) if offered else None
        if address:
            shown = summary_of(address[1].decode("utf-8", "replace"), 200)
            return Unreadable("this is a web page, not a feed", f"the feed it offers is {shown}")
        return Unreadable("this is a web page, not a feed", "give the address of the feed itself")
    return Unreadable("this is neither RSS nor Atom nor JSON Feed", "check the address or the file")


def _record(entry: Any, where: str, home: str, author: str, context: ImportContext) -> Record:
    link = str(entry.get("link") or "")
    title = _title(entry)
    published_at = _moment(entry, "published", context) or _moment(entry, "updated", context)
    key = jsonfeed.global_key(str(entry.get("id") or link), home)
    record = Record(
        source="feed",
        source_key=key or fingerprint_of(published_at, title, context.zone),
        explicit_key=bool(key),
        title=title,
        body_html=_body(entry) or jsonfeed.pointer(link, title),
        published_at=published_at,
        where=where,
        summary=_summary(entry),
        author=str(entry.get("author_detail", {}).get("name") or entry.get("author") or author),
        topics=tuple(tag.get("label") or tag.get("term") or "" for tag in entry.get("tags", ()))
        or None,
        image_url=_image(entry),
        canonical_url=link,
        updated_at=_moment(entry, "updated", context),
        attachments=tuple(_attachments(entry)),
    )
    return checked(record, context)


def _title(entry: Any) -> str:
    title = str(entry.get("title") or "")
    if entry.get("title_detail", {}).get("type") in {"text/html", "application/xhtml+xml"}:
        title = text_of(sanitise(title, ""))
    return title or summary_of(text_of(sanitise(_body(entry), "")), LONGEST_MADE_TITLE)


def _parts(entry: Any) -> list[Any]:
    parts = list(entry.get("content", ()))
    if entry.get("summary_detail"):
        parts.append(entry.summary_detail)
    return [part for part in parts if (part.get("value") or "").strip()]


def _body(entry: Any) -> str:
    """The fullest text of the entry, as HTML."""
    for part in sorted(_parts(entry), key=lambda part: part.get("type") == "text/plain"):
        value = str(part["value"])
        return paragraphs_of(value) if part.get("type") == "text/plain" else value
    return ""


def _summary(entry: Any) -> str:
    """The summary, where it stands beside a full text."""
    if not entry.get("content") or not entry.get("summary"):
        return ""
    if entry.get("summary_detail", {}).get("type") == "text/plain":
        words = str(entry.summary)
    else:
        words = text_of(sanitise(str(entry.summary), ""))
    return summary_of(words)


def _image(entry: Any) -> str:
    for thumbnail in entry.get("media_thumbnail", ()):
        return str(thumbnail.get("url") or "")
    for media in (*entry.get("media_content", ()), *entry.get("enclosures", ())):
        kind = media.get("medium") or media.get("type") or ""
        if kind.startswith("image"):
            return str(media.get("url") or media.get("href") or "")
    return str(entry.get("image", {}).get("href") or "")


def _attachments(entry: Any) -> Iterator[Attachment]:
    """Enclosures and Media RSS, each address once."""
    found: dict[str, Attachment] = {}
    for one in (*entry.get("enclosures", ()), *entry.get("media_content", ())):
        url = str(one.get("href") or one.get("url") or "")
        kind = str(one.get("type") or "").partition(";")[0].strip().lower()
        length = str(one.get("length") or one.get("filesize") or "")
        is_number = length.isascii() and length.isdigit() and len(length) < LONGEST_NUMBER
        found.setdefault(
            url, Attachment(url=url, type=kind, length_bytes=int(length) if is_number else 0)
        )
    yield from found.values()


def _moment(entry: Any, field: str, context: ImportContext) -> datetime | None:
    """The instant of a date; without a zone it is in the site's, as everywhere."""
    # Asked first: feedparser answers for "updated" with "published" where there is none.
    written = str(entry[field] or "").strip() if field in entry else ""
    if not written:
        return None
    moment = find_moment(written, context.zone)
    parsed = entry.get(f"{field}_parsed")
    # Where no month is named, feedparser guesses: it takes 2019/03/23 for the first of November.
    if moment is None and parsed and re.search("[A-Za-z]{3}", written):
        return datetime.fromtimestamp(timegm(parsed), UTC)
    if moment is None:
        raise Unreadable(f"{escape(summary_of(written, 60))!r} is not a date", MEND)
    return moment
