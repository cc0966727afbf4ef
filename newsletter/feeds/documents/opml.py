"""The subscription list of all feeds as OPML 2.0 (opml.org/spec2.opml), for feed readers."""

from collections.abc import Iterable

from lxml import etree

from newsletter.config.options import Site
from newsletter.feeds.documents.content import FeedKind, clean_line
from newsletter.feeds.scopes import AUTHORS, TOPICS, Scope, Selection

OPML_PATH = "feeds.opml"
CONTENT_TYPE = "text/x-opml"
# Always "rss", whatever the format (OPML 2.0, "Subscription lists").
FEED_TYPE = "rss"


def write_opml(site: Site, named: Iterable[tuple[Scope, str]]) -> bytes:
    """The subscription list: the main feed, then a group of topics and one of authors."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    title = clean_line(site.name, "Feeds")
    etree.SubElement(head, "title").text = title
    etree.SubElement(head, "docs").text = "http://opml.org/spec2.opml"
    body = etree.SubElement(root, "body")
    groups: dict[str, etree._Element] = {}
    for scope, name in named:
        group = scope.key.partition("/")[0]
        parent = body if not group else groups.setdefault(group, etree.Element("outline"))
        _add(parent, site, scope, f"{title}: {clean_line(name, name)}" if name else title)
    for group, heading in ((TOPICS, "Topics"), (AUTHORS, "Authors")):
        if group in groups:
            groups[group].set("text", heading)
            body.append(groups[group])
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True))


def _add(parent: etree._Element, site: Site, scope: Scope, title: str) -> None:
    outline = etree.SubElement(parent, "outline", type=FEED_TYPE, text=title, title=title)
    selection = Selection(kind=FeedKind.ATOM, scope=scope)
    outline.set("xmlUrl", f"{site.base_url}/{selection.path}")
    outline.set("htmlUrl", f"{site.base_url}/{scope.key}")
    outline.set("language", site.language)
