"""Atom and RSS: written by feedgen, its tree mended with lxml before it is serialised.

feedgen 1.0.0 loses rel, type and length of an entry's links in Atom, and an author without an
address in RSS; both are put right here. Its RSS dates switch the process's locale for a moment,
hence the lock.
"""

import re
from html import escape
from threading import Lock

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

from newsletter.feeds.documents import (
    Entry,
    FeedInfo,
    FeedKind,
    last_update,
    tidy,
)

ATOM = "{http://www.w3.org/2005/Atom}"
GENERATOR = "newsletter"
_TITLE = re.compile(rb"<title>(.*?)</title>", re.DOTALL)
_LOCALE = Lock()


def write_atom(info: FeedInfo, entries: tuple[Entry, ...]) -> bytes:
    """The Atom document (RFC 4287)."""
    info, entries = tidy(info, entries)
    feed = _generator(info, FeedKind.ATOM, entries)
    for entry in entries:
        item = _entry(feed, info, entry)
        item.content(entry.content_html, type="html")
        item.summary(entry.summary)
        item.author(name=entry.author)
    root = etree.fromstring(feed.atom_str(), _parser())
    for element, entry in zip(root.iter(f"{ATOM}entry"), entries, strict=True):
        _mend_links(element, entry)
    return _serialise(root)


def write_rss(info: FeedInfo, entries: tuple[Entry, ...]) -> bytes:
    """The RSS 2.0 document, with content:encoded, dc:creator and atom:link."""
    info, entries = tidy(info, entries)
    feed = _generator(info, FeedKind.RSS, entries)
    feed.load_extension("dc", atom=False, rss=True)
    feed.ttl(info.ttl_minutes)
    for entry in entries:
        item = _entry(feed, info, entry)
        item.guid(entry.id, permalink=False)
        item.content(entry.content_html, type="html")
        # A description is HTML to its readers, so the plain summary is escaped for them.
        item.summary(escape(entry.summary, False))
        item.dc.dc_creator(entry.author)
        if entry.image:
            item.enclosure(entry.image.url, entry.image.length, entry.image.type)
    with _LOCALE:
        content = feed.rss_str()
    return _hexadecimal_titles(_serialise(etree.fromstring(content, _parser())))


def _generator(info: FeedInfo, kind: FeedKind, entries: tuple[Entry, ...]) -> FeedGenerator:
    feed = FeedGenerator()
    feed.id(info.id)
    feed.title(info.title)
    feed.subtitle(info.description)
    feed.description(info.description)
    feed.author(name=info.author)
    feed.language(info.language)
    feed.generator(GENERATOR)
    feed.updated(last_update(entries))
    # The channel's <link> becomes the last link added, so the site's page comes last.
    feed.link(href=info.self_url, rel="self", type=kind.content_type)
    feed.link(href=info.site_url, rel="alternate", type="text/html")
    return feed


def _entry(feed: FeedGenerator, info: FeedInfo, entry: Entry) -> FeedEntry:
    item = feed.add_entry(order="append")
    item.id(entry.id)
    item.title(entry.title)
    item.link(href=entry.url, rel="alternate", type="text/html")
    item.published(entry.published)
    item.updated(entry.updated)
    for slug, name in entry.topics:
        item.category(term=slug, label=name, scheme=_topics_of(info))
    return item


def _topics_of(info: FeedInfo) -> str:
    """The scheme that topics' slugs belong to: the feed's own authority."""
    return ":".join([*info.id.split(":")[:2], "topics"])


def _mend_links(element: etree._Element, entry: Entry) -> None:
    for link in element.findall(f"{ATOM}link"):
        element.remove(link)
    etree.SubElement(element, f"{ATOM}link", rel="alternate", type="text/html", href=entry.url)
    if entry.image:
        enclosure = etree.SubElement(element, f"{ATOM}link", rel="enclosure")
        enclosure.set("type", entry.image.type)
        enclosure.set("href", entry.image.url)
        if entry.image.length:
            enclosure.set("length", str(entry.image.length))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def _serialise(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _hexadecimal_titles(document: bytes) -> bytes:
    """`&` and `<` in titles as hexadecimal references, the form every reader decodes once.

    Safe on the serialised bytes: all markup in contents is escaped, so `<title>` is only ours.
    """
    return _TITLE.sub(
        lambda found: found[0].replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;"), document
    )
