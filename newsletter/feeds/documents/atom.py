"""The Atom document (RFC 4287)."""

from functools import lru_cache
from html import escape

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

from newsletter.feeds.documents.content import (
    Entry,
    FeedInfo,
    FeedKind,
    Media,
    convert_each,
    last_update,
    looks_like_markup,
    tidy_entry,
    tidy_info,
)
from newsletter.feeds.documents.xml_elements import (
    ATOM_NAMESPACE,
    CACHED_ENTRIES,
    GENERATOR,
    add_history,
    add_media,
    history_namespaces,
    join,
    parse,
    serialise,
    topics_scheme,
)

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def write_atom(info: FeedInfo, entries: tuple[Entry, ...]) -> bytes:
    """The Atom document with Media RSS, paging and archives (RFC 5005), tombstones (RFC 6721)."""
    info = tidy_info(info)
    scheme = topics_scheme(info)
    pieces = list(convert_each(entries, lambda entry: _entry_bytes(entry, info.author, scheme)))
    return join(serialise(_root(info, entries)), b"</feed>", pieces)


def _root(info: FeedInfo, entries: tuple[Entry, ...]) -> etree._Element:
    head = parse(_generator(info, entries).atom_str())
    root = etree.Element("feed", nsmap=history_namespaces(info))
    root.set("xmlns", ATOM_NAMESPACE)
    root.set(LANGUAGE, info.language)
    for element in head.iter():
        element.tag = etree.QName(element).localname
    root.extend(list(head))
    _set_title_type(root.find("title"))
    etree.cleanup_namespaces(root, keep_ns_prefixes=list(root.nsmap))
    for link in info.links:
        etree.SubElement(root, "link", rel=link.rel, href=link.url)
    add_history(root, info)
    return root


def _generator(info: FeedInfo, entries: tuple[Entry, ...]) -> FeedGenerator:
    feed = FeedGenerator()
    feed.id(info.id)
    feed.title(info.title)
    feed.subtitle(info.description)
    feed.author(name=info.author)
    feed.generator(GENERATOR)
    if info.logo:
        feed.logo(info.logo)
    feed.updated(last_update(info, entries))
    feed.link(href=info.self_url, rel="self", type=FeedKind.ATOM.content_type)
    feed.link(href=info.site_url, rel="alternate", type="text/html")
    return feed


@lru_cache(maxsize=CACHED_ENTRIES)
def _entry_bytes(entry: Entry, author: str, scheme: str) -> bytes:
    """An entry's bytes; cached, as it is in several feeds."""
    element = _element(tidy_entry(entry, author), scheme)
    return bytes(etree.tostring(element, encoding="UTF-8"))


def _element(entry: Entry, scheme: str) -> etree._Element:
    item = FeedEntry()
    item.id(entry.id)
    item.title(entry.title)
    item.link(href=entry.url, rel="alternate")
    item.published(entry.published)
    item.updated(entry.updated)
    item.author(name=entry.author)
    item.summary(entry.summary)
    if entry.content_html:
        item.content(entry.content_html, type="html")
    element = item.atom_entry()
    _set_title_type(element.find("title"))
    alternate = element.find("link")
    alternate.attrib.update({"rel": "alternate", "type": "text/html"})
    for media in entry.media:
        alternate.addnext(_enclosure(media))
    for slug, name in entry.topics:
        etree.SubElement(element, "category", term=slug, label=name, scheme=scheme)
    add_media(element, entry)
    return element


def _set_title_type(title: etree._Element) -> None:
    """Set the title's type to HTML if it looks like HTML (RFC 4287 section 3.1.1)."""
    if looks_like_markup(title.text):
        title.set("type", "html")
        title.text = escape(title.text, quote=False)


def _enclosure(media: Media) -> etree._Element:
    link = etree.Element("link", rel="enclosure", type=media.type, href=media.url)
    if media.length:
        link.set("length", str(media.length))
    if media.title:
        link.set("title", media.title)
    return link


def clear_cache() -> None:
    """Clear this process's cache of entries."""
    _entry_bytes.cache_clear()
