"""XML shared by Atom and RSS: feedgen makes the elements, these functions fix and complete them.

feedgen 1.0.0 loses rel, type and length of an entry's links in Atom, an author without an email
address in RSS, and all but one kind of link of a channel. Its elements have no namespace (the root
has `xmlns` as a plain attribute), so added elements have none either.
"""

from lxml import etree

from newsletter.feeds.documents.content import Entry, FeedInfo

ATOM_NAMESPACE = "http://www.w3.org/2005/Atom"
NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",  # RFC 5005
    "at": "http://purl.org/atompub/tombstones/1.0",  # RFC 6721
    "media": "http://search.yahoo.com/mrss/",  # Media RSS 1.5.1
}
GENERATOR = "newsletter"
# Cached entries of each format: about 10 MB of ordinary articles.
CACHED_ENTRIES = 2000


_MEDIA = {"media": NAMESPACES["media"]}


def named(prefix: str, name: str) -> str:
    return f"{{{NAMESPACES[prefix]}}}{name}"


def parse(head: bytes) -> etree._Element:
    """Parse feedgen's output."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    return etree.fromstring(head, parser)


def serialise(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def join(head: bytes, end: bytes, pieces: list[bytes]) -> bytes:
    """The document: the entries between head and end of the feed."""
    return b"".join((head.removesuffix(end), *pieces, end))


def history_namespaces(info: FeedInfo) -> dict[str, str]:
    """The namespaces that `add_history` needs; unused ones are not declared."""
    used = {"fh": info.is_archive, "at": bool(info.withdrawn)}
    return {prefix: NAMESPACES[prefix] for prefix, is_used in used.items() if is_used}


def add_history(parent: etree._Element, info: FeedInfo) -> None:
    """Add the archive marker and the withdrawn articles."""
    if info.is_archive:
        etree.SubElement(parent, named("fh", "archive"))
    for gone in info.withdrawn:
        deleted = etree.SubElement(parent, named("at", "deleted-entry"))
        deleted.set("ref", gone.id)
        deleted.set("when", gone.at.isoformat())


def add_media(item: etree._Element, entry: Entry) -> None:
    """Everything attached, as Media RSS."""
    for one in entry.media:
        content = etree.SubElement(item, named("media", "content"), nsmap=_MEDIA)
        content.attrib.update({"url": one.url, "medium": one.medium, "type": one.type})
        if one.length:
            content.set("fileSize", str(one.length))
        if one.title:
            etree.SubElement(content, named("media", "title")).text = one.title
        if one is entry.image:
            etree.SubElement(content, named("media", "thumbnail")).set("url", one.url)


def topics_scheme(info: FeedInfo) -> str:
    """The scheme of topic categories: the feed's own tag authority."""
    return ":".join([*info.id.split(":")[:2], "topics"])
