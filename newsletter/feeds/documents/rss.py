"""The RSS 2.0 document, after the RSS Advisory Board's specification and profile.

feedgen's dates switch the process's locale for a moment, hence the lock.
"""

import re
from functools import lru_cache
from html import escape
from threading import Lock

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

from newsletter.feeds.documents.content import (
    Entry,
    FeedInfo,
    FeedKind,
    convert_each,
    escape_markup_lookalikes,
    last_update,
    tidy_entry,
    tidy_info,
)
from newsletter.feeds.documents.xml_elements import (
    ATOM_NAMESPACE,
    CACHED_ENTRIES,
    GENERATOR,
    NAMESPACES,
    add_history,
    add_media,
    history_namespaces,
    join,
    named,
    parse,
    serialise,
    topics_scheme,
)

ATOM_LINK = f"{{{ATOM_NAMESPACE}}}link"
_TITLE = re.compile(rb"<title>(.*?)</title>", re.DOTALL)
_LOCALE = Lock()
_DC = {"dc": NAMESPACES["dc"]}


def write_rss(info: FeedInfo, entries: tuple[Entry, ...]) -> bytes:
    """The RSS 2.0 document, with content:encoded, dc:creator, atom:link and Media RSS."""
    info = tidy_info(info)
    scheme = topics_scheme(info)
    with _LOCALE:
        head = serialise(_root(info, entries))
        pieces = list(convert_each(entries, lambda entry: _item_bytes(entry, info.author, scheme)))
    return _hexadecimal_titles(join(head, b"</channel></rss>", pieces))


def _root(info: FeedInfo, entries: tuple[Entry, ...]) -> etree._Element:
    channel = parse(_generator(info, entries).rss_str())[0]
    spaces = {"atom": ATOM_NAMESPACE, **history_namespaces(info)}
    root = etree.Element("rss", nsmap=spaces, version="2.0")
    root.append(channel)
    etree.cleanup_namespaces(root, keep_ns_prefixes=list(spaces))
    own = channel.find(ATOM_LINK)
    for link in reversed(info.links):
        own.addnext(etree.Element(ATOM_LINK, rel=link.rel, href=link.url))
    add_history(channel, info)
    return root


def _generator(info: FeedInfo, entries: tuple[Entry, ...]) -> FeedGenerator:
    feed = FeedGenerator()
    feed.title(escape_markup_lookalikes(info.title))
    feed.description(info.description)
    feed.language(info.language)
    feed.generator(GENERATOR)
    feed.ttl(info.ttl_minutes)
    feed.lastBuildDate(last_update(info, entries))
    # feedgen makes the last link added the channel's <link>, so the site's page comes last.
    feed.link(href=info.self_url, rel="self", type=FeedKind.RSS.content_type)
    feed.link(href=info.site_url, rel="alternate", type="text/html")
    return feed


@lru_cache(maxsize=CACHED_ENTRIES)
def _item_bytes(entry: Entry, author: str, scheme: str) -> bytes:
    """An item's bytes; cached, as it is in several feeds."""
    element = _element(tidy_entry(entry, author), scheme)
    return bytes(etree.tostring(element, encoding="UTF-8"))


def _element(entry: Entry, scheme: str) -> etree._Element:
    item = FeedEntry()
    item.title(escape_markup_lookalikes(entry.title))
    item.link(href=entry.url, rel="alternate")
    item.guid(entry.id, permalink=False)
    item.published(entry.published)
    # Readers parse a description as HTML, so the plain summary is escaped.
    item.summary(escape(entry.summary, False))
    if entry.content_html:
        item.content(entry.content_html, type="html")
    if entry.media:
        first = entry.media[0]
        item.enclosure(first.url, first.length, first.type)
    element = item.rss_entry()
    for slug, name in entry.topics:
        etree.SubElement(element, "category", domain=scheme).text = name or slug
    creator = etree.SubElement(element, named("dc", "creator"), nsmap=_DC)
    creator.text = entry.author
    add_media(element, entry)
    return element


def _hexadecimal_titles(document: bytes) -> bytes:
    """`&` and `<` in titles as hexadecimal references, which every reader decodes exactly once.

    Safe on the serialised bytes: all markup in contents is escaped, so `<title>` is only ours.
    """
    return _TITLE.sub(
        lambda match: match[0].replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;"), document
    )


def clear_cache() -> None:
    """Clear this process's cache of items."""
    _item_bytes.cache_clear()
