"""What Atom and RSS share: feedgen makes the elements, these mend and complete them.

feedgen 1.0.0 loses rel, type and length of an entry's links in Atom, an author without an address
in RSS, and all but one kind of link of a channel. Its elements carry no namespace (the root has
`xmlns` as a plain attribute), so whatever is added to them carries none either.
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
# Entries whose bytes are kept in the process, for each format: some 10 MB of usual articles.
CACHED_ENTRIES = 2000


_MEDIA = {"media": NAMESPACES["media"]}


def named(prefix: str, name: str) -> str:
    return f"{{{NAMESPACES[prefix]}}}{name}"


def parse(head: bytes) -> etree._Element:
    """What feedgen wrote."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    return etree.fromstring(head, parser)


def serialise(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def join(head: bytes, end: bytes, pieces: list[bytes]) -> bytes:
    """The document: the entries between a feed's own head and its end."""
    return b"".join((head.removesuffix(end), *pieces, end))


def history_namespaces(info: FeedInfo) -> dict[str, str]:
    """What `add_history` needs; a namespace that is not used is not declared."""
    used = {"fh": info.is_archive, "at": bool(info.withdrawn)}
    return {prefix: NAMESPACES[prefix] for prefix, is_used in used.items() if is_used}


def add_history(parent: etree._Element, info: FeedInfo) -> None:
    """Say that the document is archived, and which articles were withdrawn."""
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
    """What topics' slugs belong to: the feed's own authority."""
    return ":".join([*info.id.split(":")[:2], "topics"])
