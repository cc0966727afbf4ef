"""HTML sanitising of stored bodies, and their plain text.

nh3 (an HTML5 parser) applies the allow-list; URLs are checked here after control characters are
removed, so that none can hide a scheme. Links become absolute.
"""

import re
from html import unescape
from unicodedata import category
from urllib.parse import quote, unquote

import nh3
from lxml import etree
from lxml import html as trees

from newsletter.articles.body.attachments import linking_players
from newsletter.articles.body.html_cleanup import clean_html, stopped_at_depth
from newsletter.articles.body.urls import (
    IMAGE_SCHEMES,
    LINK_SCHEMES,
    absolute_address,
    names_in,
    without_controls,
)

SUMMARY_LENGTH = 280
# HTML5 parsing is quadratic in open elements; above this number of tags lxml closes them first.
MAX_UNBALANCED_TAGS = 4000
# Parsing once suffices nearly always; a third pass changes one odd body in ten thousand.
READINGS = 3

TAGS = names_in(
    "a abbr b bdi bdo blockquote br caption cite code col colgroup dd del dfn div dl dt em "
    "figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp section small "
    "span strong sub sup table tbody td tfoot th thead time tr u ul var wbr"
)
ATTRIBUTES = {
    "*": {"dir", "id", "lang", "title"},
    "a": {"href", "hreflang"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "img": {"src", "alt", "width", "height"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "q": {"cite"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
# Elements dropped with their content.
DROPPED_WITH_CONTENT = names_in(
    "script style template svg math iframe object select textarea title"
)
BLOCKS = names_in(
    "blockquote br caption dd div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre section "
    "table td th tr ul"
)
# Block elements that are not kept: their words must not run into those beside them.
_OTHER_BLOCK = re.compile(
    r"<(/?)(?:address|article|aside|center|details|dialog|fieldset|footer|form|header|hgroup|legend"
    r"|main|marquee|nav|optgroup|option|search|summary)(?=[\s/>])",
    re.IGNORECASE,
)
# Links that are shown as buttons: what parts them is a style, which is not kept.
_BUTTON = re.compile(
    r"</a>(?=<a\s(?:[^<>]{0,300}\s)?class\s{0,9}=\s{0,9}[\"']?[^<>\"']{0,200}(?:button|btn))",
    re.IGNORECASE,
)
_OTHER_LIST = re.compile(r"<(/?)(?:dir|menu)(?=[\s/>])", re.IGNORECASE)
_IMAGE = re.compile(r'<img((?:\s+[a-z]+="[^"]*")*)\s*>')
_BLOCK_TAG = re.compile("<[^<>]*>")
# Prefix of ids that links of the same body point to; see `_prefixed`.
ANCHOR_PREFIX = "in-"
_TARGET = re.compile(r"""\shref\s*=\s*["']?[^"'\s>#]*#([^"'\s>]+)""", re.IGNORECASE)
_ID = re.compile(r"""\sid\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_FOOTNOTE_MARK = re.compile(r"(?<=[^\s\[])\[\d{1,3}\](?!\w)")
# What leads from a footnote back to its mark.
_BACK_TO_MARK = re.compile("\\s?[↩↑]\ufe0e?")
_SENTENCE_END = re.compile(r"[.!?…。！？؟۔][\"'”’»)]*(?=\s)")


def sanitise(html: str, base: str) -> str:
    """The allowed part of a body, links resolved against `base`; stable under parsing again."""
    html = _renamed(linking_players(clean_html(without_controls(html)).html))
    html = html if html.count("<") <= MAX_UNBALANCED_TAGS else _balanced(html)
    # HTML parsing moves a link in a table in a link, so the output may parse differently: repeat
    # until it is stable.
    for _ in range(READINGS):
        before, html = html, _cleaned(html, base)
        if html == before:
            break
    return html


def _cleaned(html: str, base: str) -> str:
    anchors = _anchors(html, base)

    def attribute(tag: str, name: str, value: str) -> str | None:
        return _attribute(tag, name, value, base, anchors)

    clean = nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags=set(DROPPED_WITH_CONTENT),
        attributes=ATTRIBUTES,
        attribute_filter=attribute,
        link_rel=None,
        url_schemes=set(LINK_SCHEMES),
    )
    return _tidied(without_controls(clean)).strip()


def _renamed(html: str) -> str:
    """The HTML with block elements that are not kept as `<div>`, other lists as `<ul>`, and space
    between buttons."""
    if "</a><a" in html:
        html = _BUTTON.sub("</a> ", html)
    return _OTHER_LIST.sub(r"<\1ul", _OTHER_BLOCK.sub(r"<\1div", html))


def _balanced(html: str) -> str:
    """The HTML with every element closed; only its text if elements nest too deep."""
    parser = trees.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        tree = trees.document_fromstring(html.encode(), parser=parser)
    except etree.LxmlError:  # nothing in it is HTML
        return _words(html)
    if stopped_at_depth(parser):
        return _words(html)
    return str(etree.tostring(tree, encoding="unicode", method="html"))


def _words(html: str) -> str:
    words = re.sub("(?:<[^<>]*>)+", " ", html).replace("<", "&lt;").strip()
    return f"<p>{words}</p>" if words else ""


def _anchors(html: str, base: str) -> frozenset[str]:
    """The ids in a body that its own links point to."""
    if "#" not in html:
        return frozenset()
    targets = {unquote(match[1]) for match in _TARGET.finditer(html) if _is_local(match[0], base)}
    return frozenset(targets & {unescape(match[1]) for match in _ID.finditer(html)})


def _is_local(written: str, base: str) -> bool:
    address = written.partition("=")[2].strip(" \"'")
    return address.startswith(("#", f"{base}#"))


def _attribute(tag: str, name: str, value: str, base: str, anchors: frozenset[str]) -> str | None:
    value = without_controls(value)
    if name == "id":
        return _prefixed(value) if value in anchors else None
    if name not in {"href", "src", "cite"}:
        return value
    if tag == "a" and value.startswith(("#", f"{base}#")):
        target = unquote(value.partition("#")[2])
        return f"#{quote(_prefixed(target))}" if target in anchors else None
    return absolute_address(value, base, IMAGE_SCHEMES if tag == "img" else LINK_SCHEMES)


def _prefixed(anchor: str) -> str:
    """The id with a prefix, so that it cannot collide with ids of the page around it."""
    name = re.sub(r"\s", "-", anchor)
    return name if name.startswith(ANCHOR_PREFIX) else f"{ANCHOR_PREFIX}{name}"


def _tidied(html: str) -> str:
    """Drop images and links without a URL; demote h1, the page's title.

    A leading line end in `<pre>` is removed, since HTML parsers ignore it.
    """
    html = re.sub(r"(<pre(?:\s[^>]*)?>)\n+", r"\1", html)
    html = _IMAGE.sub(lambda match: match[0] if ' src="' in match[1] else "", html)
    html = re.sub(r"<a>(.*?)</a>", r"\1", html, flags=re.DOTALL)
    return re.sub(r"<(/?)h1(?=[\s>])", r"<\1h2", html)


def text_of(html: str) -> str:
    """The plain text of HTML, one line a block; it need not be sanitised.

    Uses nh3: the standard library's parser takes half a minute for 100 KB of `<a "`.
    """
    html = _renamed(html if html.count("<") <= MAX_UNBALANCED_TAGS else _balanced(html))
    blocks = nh3.clean(
        html,
        tags=set(BLOCKS),
        clean_content_tags=set(DROPPED_WITH_CONTENT),
        attributes={},
        link_rel=None,
    )
    # The only tags left are block tags without attributes.
    words = unescape(_BLOCK_TAG.sub("\0", blocks.replace("\n", " ")))
    lines = words.split("\0")
    return "\n".join(line for line in (" ".join(line.split()) for line in lines) if line)


def derived_summary(text: str) -> str:
    """The summary of an article without one: the start of its text, without marks of footnotes."""
    if _BACK_TO_MARK.search(text):
        text = _BACK_TO_MARK.sub("", _FOOTNOTE_MARK.sub("", text))
    return summary_of(text)


def summary_of(text: str, limit: int = SUMMARY_LENGTH) -> str:
    """The start of a text: whole sentences if they fit, else words and an ellipsis."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    ends = [m.end() for m in _SENTENCE_END.finditer(text[: limit + 1])]
    if ends and ends[-1] >= limit // 3:
        return text[: ends[-1]]
    cut = text.rfind(" ", 0, limit)
    if cut < limit // 3:
        cut = _between_characters(text, limit - 1)
    return text[:cut].rstrip(" ,;:–-") + "…"


def _between_characters(text: str, cut: int) -> int:
    """The cut moved back to a grapheme boundary (emoji sequences, combining accents)."""
    joined = "\u200d\ufe0f\ufe0e"

    def is_joined(place: int) -> bool:
        return (
            text[place] in joined
            or text[place - 1] == "\u200d"
            or _is_mark(text[place])
            or 0x1F3FB <= ord(text[place]) <= 0x1F3FF
        )

    place = cut
    while place > 1 and is_joined(place):
        place -= 1
    return place if place > cut // 2 else cut


def _is_mark(character: str) -> bool:
    return category(character).startswith("M")
