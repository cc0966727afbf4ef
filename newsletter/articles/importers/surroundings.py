"""What stands around the article of a web page: comments, share buttons, links to other stories.

Told by class names and ids in common use, and, but for comments, by how much of it is links.
"""

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from lxml import etree

Element: TypeAlias = Any
"""An lxml element; lxml ships no types."""

_COMMENTS = re.compile(
    r"(?:comments?|comment-?list|comments?[-_](?:area|container|section|wrapper|wrap|thread|block)|"
    r"disqus_thread|respond|fb-comments)"
)
_LINKS = re.compile(
    r"(?:.*[-_])?(?:related|recirc\w*|recommend(?:ed|ations?)|trending|most-?(?:read|popular|viewed)|"
    r"read-?(?:next|also)|more-?(?:from|stories|news|on)|outbrain|taboola|rail|sidebar|side-?nav|subnav|"
    r"breadcrumbs?|teasers?|promos?|just-in|share\w*|sharing|sharedaddy|social|contentgroups|"
    r"nav|navbar|menu|\w*footer\w*)(?:[-_].*)?"
)
# Of the characters of an element: what is mostly links tells nothing itself.
_MOSTLY = 0.5


def drop_surroundings(root: Element) -> None:
    """Drop them from a page in place."""
    for element in list(_surroundings(root)):
        if element.getparent() is not None:
            element.drop_tree()


def _surroundings(root: Element) -> Iterator[Element]:
    for element in root.iter(etree.Element):
        names = f"{element.get('class') or ''} {element.get('id') or ''}".lower().split()
        if element.tag not in {"html", "body", "main", "a"} and _is_around(element, names):
            yield element


def _is_around(element: Element, names: list[str]) -> bool:
    if any(map(_COMMENTS.fullmatch, names)):
        return not _holds_article(element)
    if any(map(_LINKS.fullmatch, names)):
        return _share_of_links(element) > _MOSTLY and not _holds_article(element)
    return False


def _holds_article(element: Element) -> bool:
    return element.get("itemprop") == "articleBody" or next(element.iter("h1"), None) is not None


def _share_of_links(element: Element) -> float:
    links = sum(len(link.text_content().strip()) for link in element.iter("a"))
    return links / max(1, len("".join(element.text_content().split())))
