"""HTML of Lexical documents, in which Ghost's editor keeps a post: JSON, a tree of typed nodes.

The types are those of Ghost's package `kg-default-nodes`; what has no words for readers of another
site (sign-up forms, calls to action in mails) is named and left out.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from newsletter.articles.importers.base import Unreadable
from newsletter.articles.importers.formats.markdown import html_of
from newsletter.articles.ingestion.notes import counted

Node = Mapping[str, Any]

# Bits of a text's format, as Lexical numbers them.
_FORMATS = ((1, "strong"), (2, "em"), (4, "s"), (8, "u"), (16, "code"), (32, "sub"), (64, "sup"))
_BLOCKS = {
    "paragraph": "p",
    "quote": "blockquote",
    "extended-quote": "blockquote",
    "aside": "blockquote",
    "listitem": "li",
}
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedLexical:
    """The HTML, and notes of what was left out."""

    html: str
    notes: tuple[str, ...] = ()


def render_lexical(text: str) -> RenderedLexical:
    """The document as HTML.

    Raises:
        Unreadable: it is no Lexical document.
    """
    try:
        document = json.loads(text)
        root = document["root"]
    except (json.JSONDecodeError, RecursionError, KeyError, TypeError) as error:
        raise Unreadable(
            "its text in Ghost's editor cannot be read", "export it from Ghost again"
        ) from error
    left_out: Counter[str] = Counter()
    html = _node({"children": root.get("children")} if isinstance(root, dict) else {}, left_out)
    return RenderedLexical(html=html, notes=counted(left_out))


def _node(node: Any, left_out: Counter[str]) -> str:
    if not isinstance(node, dict):
        return ""
    kind = str(node.get("type") or "")
    if kind in {"text", "extended-text"}:
        return _text(node)
    if card := _CARDS.get(kind):
        return card(node)
    children = node.get("children")
    if not isinstance(children, list):
        left_out[f"card {kind[:40]!r} left out"] += 1
        return ""
    inner = "".join(_node(child, left_out) for child in children)
    return _around(node, kind, inner)


def _around(node: Node, kind: str, inner: str) -> str:
    """The element of a node around its content; of an unknown type, the content alone."""
    if kind == "link":
        return _link(node, "url", inner)
    if kind in {"heading", "extended-heading"}:
        tag = node.get("tag") if node.get("tag") in _HEADINGS else "h2"
        return f"<{tag}>{inner}</{tag}>"
    if kind == "list":
        tag = "ol" if node.get("listType") == "number" else "ul"
        return f"<{tag}>{inner}</{tag}>"
    tag = _BLOCKS.get(kind, "")
    return f"<{tag}>{inner}</{tag}>" if tag else inner


def _text(node: Node) -> str:
    html, bits = _value(node, "text"), node.get("format")
    for bit, tag in _FORMATS:
        if isinstance(bits, int) and bits & bit:
            html = f"<{tag}>{html}</{tag}>"
    return html


def _value(node: Node, name: str) -> str:
    return escape(_html(node, name))


def _html(node: Node, name: str) -> str:
    """A value that is HTML already."""
    value = node.get(name)
    return value if isinstance(value, str) else ""


def _link(node: Node, address: str, inner: str) -> str:
    return f'<a href="{_value(node, address)}">{inner}</a>'


def _image(node: Node) -> str:
    picture = f'<img src="{_value(node, "src")}" alt="{_value(node, "alt")}">'
    return f"<figure>{picture}{_caption(node)}</figure>"


def _caption(node: Node) -> str:
    caption = _html(node, "caption")
    return f"<figcaption>{caption}</figcaption>" if caption else ""


def _gallery(node: Node) -> str:
    pictures = node.get("images")
    shown = [one for one in pictures if isinstance(one, dict)] if isinstance(pictures, list) else []
    return "".join(map(_image, shown)) + (f"<p>{_html(node, 'caption')}</p>" * bool(shown))


def _bookmark(node: Node) -> str:
    data = node.get("metadata")
    words = _value(data, "title") if isinstance(data, dict) else ""
    return f"<p>{_link(node, 'url', words or _value(node, 'url'))}</p>{_html(node, 'caption')}"


def _linked(address: str, *names: str) -> Callable[[Node], str]:
    """A card that becomes a link: the first of the values that is there is its text."""

    def card(node: Node) -> str:
        words = next(filter(None, (_value(node, name) for name in (*names, address))), "")
        return f"<p>{_link(node, address, words)}</p>{_html(node, 'caption')}"

    return card


def _code(node: Node) -> str:
    return f"<pre><code>{_value(node, 'code')}</code></pre>{_html(node, 'caption')}"


def _callout(node: Node) -> str:
    words = _html(node, "calloutText")
    return f"<blockquote>{_value(node, 'calloutEmoji')} {words}</blockquote>"


def _toggle(node: Node) -> str:
    return f"<h4>{_html(node, 'heading')}</h4>{_html(node, 'content')}"


def _header(node: Node) -> str:
    return f"<h2>{_html(node, 'header')}</h2><p>{_html(node, 'subheader')}</p>"


_CARDS: Mapping[str, Callable[[Node], str]] = {
    "audio": _linked("src", "title"),
    "bookmark": _bookmark,
    "button": _linked("buttonUrl", "buttonText"),
    "callout": _callout,
    "codeblock": _code,
    "embed": _linked("url"),
    "file": _linked("src", "fileTitle", "fileName"),
    "gallery": _gallery,
    "header": _header,
    "horizontalrule": lambda _: "<hr>",
    "html": lambda node: _html(node, "html"),
    "image": _image,
    "linebreak": lambda _: "<br>",
    "markdown": lambda node: html_of(_html(node, "markdown")),
    "paywall": lambda _: "",
    "toggle": _toggle,
    "video": _linked("src", "fileName"),
}
