"""RSS, Atom and RDF feeds, parsed by feedparser, and JSON Feed 1.1.

Takes bytes: fetching and conditional requests are in `http_client.fetching` and `articles.polling`.
Content that is not a feed is reported as what it is.
"""

import io
import re
from calendar import timegm
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from newsletter.articles.body.attachments import Attachment
from newsletter.articles.body.sanitising import sanitise, summary_of, text_of
from newsletter.articles.body.urls import absolute_address
from newsletter.articles.identity import fingerprint_of
from newsletter.articles.importers import jsonfeed
from newsletter.articles.importers.base import (
    BadRecord,
    ImportContext,
    Reading,
    Record,
    Unreadable,
    attempt,
    attempt_all,
    checked,
)
from newsletter.articles.importers.format import Format
from newsletter.articles.importers.formats.text import paragraphs_of
from newsletter.articles.importers.jsonfeed import is_json_feed
from newsletter.articles.importers.markup.leftover_marks import strip_marks
from newsletter.articles.importers.values.dates import read_moment
from newsletter.articles.importers.values.decoding import decode, xml_in_bytes

CONTROL_BYTES = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r")
END = re.compile(
    rb"</(?:\w+:)?(?:rss|feed|rdf)\s*>|<(?:\w+:)?(?:rss|feed|rdf)\b[^<>]*/>", re.IGNORECASE
)
# feedparser takes these media captions for the entry's own summary and title, and instead of the
# text of an element that it does not know the attributes.
MEDIA_TEXT = re.compile(rb"(</?media:)(description|title|text)(?:\s[^<>]*?)?(/?>)")
# A tag may be cut off behind.
CHANNEL_END = re.compile(rb"</channel\s*>\s*(?:<[^<>]*)?\Z", re.IGNORECASE)
ENTRY_END = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>\s*(?:<[^<>]*)?\Z", re.IGNORECASE)
OPML = re.compile(rb"<opml[\s>]", re.IGNORECASE)
HTML = re.compile(rb"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
OFFERED = re.compile(
    rb"<link\b[^<>]*type=[\"']application/(?:rss|atom)\+xml[\"'][^<>]*>", re.IGNORECASE
)
# feedparser reads attributes in a time that grows with the square of their number.
MAX_ATTRIBUTES = 1000
LONG_TAG = re.compile(rb"<[^<>]{4000,}")
ATTRIBUTE = re.compile(rb"[\w:.-]\s*=\s*[\"']")
MAX_NUMBER_LENGTH = 16
# A summary is used as the body if it has this many characters and four times as many as the
# content.
ENOUGH_CHARACTERS = 500


def read(content: bytes, name: str, context: ImportContext) -> Reading:
    """One article an entry."""
    return attempt_all(name, partial(_of_feed, content, name, context))


def _of_feed(content: bytes, name: str, context: ImportContext) -> Reading:
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return jsonfeed.read(decode(content), name, context)
    return _entries(xml_in_bytes(content), name, context)


def _entries(content: bytes, name: str, context: ImportContext) -> Iterator[Record | BadRecord]:
    content, is_cut = _without_trailing_content(content)
    feed = _parsed(content, name)
    entries = feed.entries
    if feed.bozo and is_cut:
        if not entries:
            raise Unreadable("the feed is cut off before its first entry", "fetch it again")
        is_whole = ENTRY_END.search(content) is not None
        yield _cut_off(entries[-1], name, is_whole=is_whole)
        entries = entries if is_whole else entries[:-1]
    source = _Source(
        home=str(feed.feed.get("link") or name),
        author=str(feed.feed.get("author_detail", {}).get("name") or ""),
        shared_ids=frozenset(
            one for one, times in Counter(entry.get("id") for entry in entries).items() if times > 1
        ),
    )
    for number, entry in enumerate(entries, start=1):
        where = f"{name}, entry {number}"
        yield attempt(where, partial(_record, entry, where, source, context))


def _cut_off(last: Any, name: str, *, is_whole: bool) -> BadRecord:
    title = repr(summary_of(last.get("title", ""), 60))
    return BadRecord(
        where=name,
        what=f"the feed is cut off {'after' if is_whole else 'in'} the entry {title}",
        hint=f"fetch it again; {'it and ' if is_whole else ''}the entries before it were read",
        is_cut=True,
    )


def _without_trailing_content(content: bytes) -> tuple[bytes, bool]:
    """The document without trailing content, and whether it is truncated."""
    ends = [match.end() for match in END.finditer(content)]
    return (content[: ends[-1]], False) if ends else (content, not CHANNEL_END.search(content))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Source:
    """Values shared by the entries of a feed.

    Args:
        shared_ids: ids used by several entries, and so unusable as keys.
    """

    home: str
    author: str
    shared_ids: frozenset[str]


def _parsed(content: bytes, name: str) -> Any:
    if not content.strip():
        raise Unreadable("the feed is empty", "check its address")
    content = MEDIA_TEXT.sub(rb"\1own-\2\3", content.translate(None, CONTROL_BYTES))
    if any(len(ATTRIBUTE.findall(tag)) > MAX_ATTRIBUTES for tag in LONG_TAG.findall(content)):
        raise Unreadable(
            f"one of its elements has more than {MAX_ATTRIBUTES:,} attributes", "check its address"
        )
    import feedparser

    try:
        # A stream, because feedparser would open a str or bytes that looks like a URL or file name.
        feed = feedparser.parse(
            io.BytesIO(content),
            response_headers={"content-location": name} if "://" in name else {},
            sanitize_html=False,
            # Without xml:base, HTML is relative to the entry's page, not to the feed.
            resolve_relative_uris=b"xml:base" in content,
        )
    except Exception as error:  # feedparser raises on a label of an encoding that is not ASCII
        raise Unreadable("its XML cannot be read", "check the address or the file") from error
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
    if OPML.search(content[:4096]):
        return Unreadable(
            "this is a list of feeds (OPML), not a feed",
            "import each feed of it by its address, or name it as a source to have it polled",
        )
    return Unreadable("this is neither RSS nor Atom nor JSON Feed", "check the address or the file")


def _record(entry: Any, where: str, source: _Source, context: ImportContext) -> Record:
    notes: list[str] = []
    body = _body(entry)
    own = str(entry.get("link") or _source_of_content(entry))
    link = _address(own if own or body.strip() else _other_link(entry), source.home)
    title = _title(entry)
    updated = _moment(entry, "updated", context, notes)
    published_at = _moment(entry, "published", context, notes) or updated
    if published_at is None:
        notes.append(jsonfeed.FIRST_MET)
    key, *other_keys = _keys(entry, link, title, source, notes)
    cleared = strip_marks(body, title)
    body = cleared.text
    record = Record(
        source="feed",
        source_key=key or fingerprint_of(published_at, title or body[:500], context.zone),
        explicit_key=bool(key),
        other_keys=tuple(other_keys),
        title=title,
        body_html=body,
        published_at=published_at,
        where=where,
        summary=_summary(entry),
        author=str(entry.get("author_detail", {}).get("name") or entry.get("author") or "")
        or source.author,
        topics=tuple(
            str(tag.get("label") or tag.get("term") or "") for tag in entry.get("tags", ())
        )
        or None,
        image_url=_image(entry),
        canonical_url=link,
        base_url=link or source.home,
        updated_at=updated,
        attachments=tuple(_attachments(entry)),
        title_is_enough=True,
        notes=tuple(dict.fromkeys((*notes, *cleared.notes))),
    )
    return checked(record, context)


def _source_of_content(entry: Any) -> str:
    """The address of content that is not in the feed (RFC 4287, 4.1.3.2)."""
    return next((part["src"] for part in entry.get("content", ()) if part.get("src")), "")


def _other_link(entry: Any) -> str:
    """The address that an entry without a text and a link of its own is about.

    What it was told by, then itself, then what is said of it (RFC 4287, 4.2.7.2; RFC 4685; RSS
    2.0, "comments").
    """
    links = {one.get("rel"): str(one.get("href") or "") for one in entry.get("links", ())}
    found = (links.get(rel) for rel in ("via", "related", "self", "replies"))
    return next(filter(None, found), "") or str(entry.get("comments") or "")


def _address(link: str, home: str) -> str:
    return absolute_address(link, home) or "" if link else ""


def _keys(entry: Any, link: str, title: str, source: _Source, notes: list[str]) -> list[str]:
    """The entry's key, then those it has had, or will have, as the feed's other entries change.

    Ids shared within the feed are disambiguated by link, then title.
    """
    own = str(entry.get("id") or "")
    if not own:
        return [jsonfeed.global_key(link, source.home)]
    unshared = link if link and link != own else f"{own} {title}"
    keys = [jsonfeed.global_key(key, source.home) for key in (own, unshared)]
    if own in source.shared_ids:
        notes.append("its id is that of other entries too: told apart by its link or title")
        keys.reverse()
    return keys


def _title(entry: Any) -> str:
    title = str(entry.get("title") or "")
    if entry.get("title_detail", {}).get("type") in {"text/html", "application/xhtml+xml"}:
        title = text_of(sanitise(title, ""))
    return title


def _parts(entry: Any) -> list[Any]:
    parts = list(entry.get("content", ()))
    if entry.get("summary_detail"):
        parts.append(entry.summary_detail)
    filled = [part for part in parts if (part.get("value") or "").strip()]
    return sorted(filled, key=lambda part: part.get("type") == "text/plain")


def _body(entry: Any) -> str:
    """The longest text of the entry, as HTML; else what describes its media, or its subtitle."""
    texts = [_as_html(part) for part in _parts(entry)]
    if texts:
        lengths = [len(re.sub("<[^<>]*>", "", text)) for text in texts]
        longest = max(lengths)
        is_teaser = longest >= ENOUGH_CHARACTERS and lengths[0] * 4 < longest
        return texts[lengths.index(longest)] if is_teaser else texts[0]
    caption = str(entry.get("media_own-description") or entry.get("subtitle") or "")
    return paragraphs_of(caption) if "<" not in caption else caption


def _as_html(part: Any) -> str:
    value = str(part["value"])
    return paragraphs_of(value) if part.get("type") == "text/plain" else value


def _summary(entry: Any) -> str:
    """The summary, if there is a full text besides."""
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
    """Enclosures and Media RSS, each URL once."""
    attachments: dict[str, Attachment] = {}
    for one in (*entry.get("enclosures", ()), *entry.get("media_content", ())):
        url = str(one.get("href") or one.get("url") or "")
        kind = str(one.get("type") or "").partition(";")[0].strip().lower()
        length = str(one.get("length") or one.get("filesize") or "")
        is_number = length.isascii() and length.isdigit() and len(length) < MAX_NUMBER_LENGTH
        attachments.setdefault(
            url, Attachment(url=url, type=kind, length_bytes=int(length) if is_number else 0)
        )
    yield from attachments.values()


def _moment(entry: Any, field: str, context: ImportContext, notes: list[str]) -> datetime | None:
    """The instant of a date; None, with a note, if it is unreadable."""
    # Check first: feedparser returns "published" for a missing "updated".
    written = str(entry[field] or "").strip() if field in entry else ""
    if not written:
        return None
    try:
        moment = read_moment(written, context.zone)
    except Unreadable as error:
        parsed = entry.get(f"{field}_parsed")
        # feedparser guesses without a month name, and invents a missing year.
        if parsed and re.search(r"[^\W\d_]{3}", written) and str(parsed.tm_year) in written:
            notes.append(f"{field} read as {datetime.fromtimestamp(timegm(parsed), UTC)} (UTC)")
            return datetime.fromtimestamp(timegm(parsed), UTC)
        notes.append(f"{field} was left out: {error.what}")
        return None
    if moment.reading:
        notes.append(f"{field} read as {moment.reading}")
    return moment.at


FORMATS = (
    Format(
        name="feed",
        read=read,
        suffixes=(".xml", ".rss", ".atom", ".rdf", ".wxr"),
        media_types=(
            "application/xml",
            "text/xml",
            "application/rss+xml",
            "application/atom+xml",
            "application/rdf+xml",
        ),
        sources={"feed": True},
        rank=50,
        begins=lambda found: found.head.startswith(("<?xml", "<rss", "<feed", "<rdf")),
        resembles=lambda found: found.head.startswith("<!--"),
        narrows={"json": lambda content: is_json_feed(content.decode("utf-8", "replace"))},
    ),
)
