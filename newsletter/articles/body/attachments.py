"""Audio, video, documents and pictures that belong to an article, and their links in its body.

Files linked in a body become enclosures of its feed entries, so attachments of a source are added
to the body as links. Sizes come from the source or from `media_sizes`.
"""

import mimetypes
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import unquote, urlsplit

from lxml import html as trees

# Media types of links that become enclosures; a link to a web page does not.
ATTACHED = ("audio/", "video/", "application/pdf", "application/epub+zip")
VERBS = {"audio": "Listen", "video": "Watch"}
# Longest tag matched: bounds the search.
_PLAYER = re.compile(
    r"""<(/?)(audio|video|source)\b((?:[^<>"']|"[^"]*"|'[^']*'){0,100})>""", re.IGNORECASE
)
_SOURCE = re.compile(r"""\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file that belongs to an article."""

    url: str
    type: str = ""
    title: str = ""
    length_bytes: int = 0
    """0 where unknown."""


def type_of(url: str) -> str:
    """The media type by file extension; empty if unknown."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    return mimetypes.guess_type(unquote(path))[0] or ""


def linked_in(body: str, types: Mapping[str, str]) -> Iterator[Attachment]:
    """The audio, video and documents that a body links to, each once.

    Args:
        types: known media types by URL; others are derived from the file extension.
    """
    if "<a" not in body:
        return
    seen = set()
    for link in trees.fragment_fromstring(body, create_parent="div").iter("a"):
        url = link.get("href", "")
        kind = types.get(url) or type_of(url)
        if kind.startswith(ATTACHED) and url.startswith("http") and url not in seen:
            seen.add(url)
            yield Attachment(url=url, type=kind, title=" ".join(link.text_content().split()))


def with_links(body: str, attachments: Iterable[Attachment]) -> str:
    """The body, with links to attachments that it does not link to itself."""
    links = [
        f'<p><a href="{escape(one.url)}">{escape(one.title or _label(one.url, one.type))}</a></p>'
        for one in attachments
        if (one.type or type_of(one.url)).startswith(ATTACHED)
        and one.url not in body
        and escape(one.url) not in body
    ]
    return "\n".join([body, *links])


def linking_players(html: str) -> str:
    """The HTML with audio and video players replaced by links: mail and feeds cannot hold them."""
    parts: list[str] = []
    end, needs_link = 0, ""
    for tag in _PLAYER.finditer(html):
        closes, name, attributes = tag[1], tag[2].lower(), tag[3]
        parts.append(html[end : tag.start()])
        end = tag.end()
        if name != "source":
            needs_link = "" if closes else name
        source = _SOURCE.search(attributes)
        if needs_link and source and not closes:
            address = unescape(source[1] or source[2] or source[3] or "")
            label = _label(address, f"{needs_link}/")
            parts.append(f'<a href="{escape(address)}">{escape(label)}</a> ')
            needs_link = ""
    return "".join([*parts, html[end:]])


def _label(url: str, kind: str) -> str:
    name = unquote(url.partition("?")[0].rstrip("/").rpartition("/")[2])
    return f"{VERBS.get(kind.partition('/')[0], 'Read')}: {name}"
