"""Static HTML from a body that relies on scripts and a browser, ready for sanitising.

Lazy pictures get their URL, `<noscript>` is unwrapped, frames and widgets become links; hidden
text, tracking pixels and SVG are removed; unknown tags that are words stay as text. Removals and
replacements are noted. The allow-list is in `sanitising`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from lxml import etree
from lxml import html as trees

from newsletter.articles.body.embeds import PERMALINKS, link_for_frame, link_posts
from newsletter.articles.body.urls import names_in, without_control_references, without_controls
from newsletter.articles.ingestion.notes import counted

Element: TypeAlias = Any
"""An lxml element; lxml ships no types."""

_HTML = names_in(
    "a abbr acronym address applet area article aside audio b base basefont bdi bdo big blink "
    "blockquote body br button canvas caption center cite code col colgroup data datalist dd "
    "del details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer "
    "form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe img image "
    "input ins kbd label legend li link main map mark marquee menu meta meter nav nobr "
    "noframes noscript object ol optgroup option output p param picture plaintext pre "
    "progress q rb rp rt rtc ruby s samp script search section select slot small source span "
    "strike strong style sub summary sup table tbody td template textarea tfoot th thead time "
    "title tr track tt u ul var video wbr xmp"
)
_NAME = re.compile(r"<([a-zA-Z][\w:.-]*)")
_HIDDEN = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all"
    r"|font-size\s*:\s*0(?:px)?\s*(?:;|!|$)|max-height\s*:\s*0(?:px)?\s*(?:;|!|$)"
    r"|opacity\s*:\s*0\s*(?:;|!|$))",
    re.IGNORECASE,
)
_LAZY = (
    "data-src", "data-lazy-src", "data-original", "data-orig-file", "data-lazy", "data-actualsrc",
    "data-original-src", "data-hi-res-src", "data-image", "data-full-url", "data-url",
)  # fmt: skip
_LAZY_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
# What is of no use once a tree is clean.
_USED_UP = ("style", "hidden", *_LAZY, *_LAZY_SETS)
_REPAIRED_TAG = re.compile(
    r"<(?:iframe|noscript|picture|object|embed|svg|math|template|ruby|amp-|lite-|frame|image)\b"
    r"|<a\s[^<>]*\bname\s*="
    r"|<img\b[^<>]*\s(?:width|height)\s*=\s*[\"']?[01](?:px)?[\"'\s/>]",
    re.IGNORECASE,
)
_REPAIRED_NAMES = (*_USED_UP, *PERMALINKS)
_REPAIRED_ATTRIBUTE = re.compile(rf"\s(?:{'|'.join(_REPAIRED_NAMES)})(?=[\s=>/])")
_REPAIRED_CLASS = re.compile(r"\bfb-(?:post|video)\b")
_PLACEHOLDER = re.compile(
    r"^(?:data:|about:|#|$)|(?:blank|spacer|placeholder|transparent|lazy|loading|pixel|1x1|grey|gray)"
    r"[\w-]{0,60}\.(?:gif|png|svg|jpe?g)(?:$|\?)",
    re.IGNORECASE,
)
_PIXELS = frozenset({"0", "1", "0px", "1px"})
# Pixels: the narrowest srcset candidate of at least this width is used.
_WIDE_ENOUGH = 1200
_STYLED = frozenset({"b", "strong", "i", "em", "span"})
_DRAWING = frozenset({"svg", "canvas"})
_MATH = "math"


@dataclass(frozen=True, kw_only=True, slots=True)
class CleanHtml:
    """A body, and notes of what was removed or replaced."""

    html: str
    notes: tuple[str, ...] = ()


def clean_html(html: str) -> CleanHtml:
    """The body with static elements in place of scripts, frames and lazy pictures."""
    unknown = _unknown_names(html)
    if unknown:
        html = _escape_non_tags(html, unknown)
        unknown = _unknown_names(html)
    if not (unknown or _needs_repair(html)):
        return CleanHtml(html=html)
    root = parsed_body(html)
    if root is None:
        return CleanHtml(html=html)
    notes = clean_tree(root)
    for element in list(root.iter(etree.Element)):
        if element is not root and element.tag not in _HTML:
            element.drop_tag()
    return CleanHtml(html=inner_html(root), notes=notes)


def clean_tree(root: Element) -> tuple[str, ...]:
    """Clean a tree in place; the notes."""
    notes: Counter[str] = Counter()
    styled = root.xpath("descendant::*[@hidden or @style or self::template]")
    _drop_hidden(styled, notes)
    _resolve_pictures(root, notes)
    _replace_frames(root, notes)
    link_posts(root)
    _remove_drawings(root, notes)
    _apply_inline_styles(styled)
    _bracket_readings(root)
    for anchor in root.iter("a"):
        if (name := anchor.attrib.pop("name", "")) and not anchor.get("id"):
            anchor.set("id", name)
    etree.strip_attributes(root, *_USED_UP)
    return counted(notes)


def _unknown_names(html: str) -> set[str]:
    return {name.lower() for name in set(_NAME.findall(html))} - _HTML


def _needs_repair(html: str) -> bool:
    """Whether a body has anything that `clean_tree` changes."""
    lower = html.lower()
    # The pattern tries every name at every space: it is asked only where a name is there at all.
    return (
        _REPAIRED_TAG.search(html) is not None
        or ("fb-" in lower and _REPAIRED_CLASS.search(lower) is not None)
        or (
            any(name in lower for name in _REPAIRED_NAMES)
            and _REPAIRED_ATTRIBUTE.search(lower) is not None
        )
    )


def _escape_non_tags(html: str, unknown: set[str]) -> str:
    """Escape brackets around words that are no tags: `office@<domain>`."""
    plain = {name for name in unknown if re.fullmatch("[a-z]{2,30}", name)}
    lower = html.lower()
    words = [name for name in plain if f"</{name}" not in lower and name not in {"svg", "math"}]
    if not words or "<svg" in lower or "<math" in lower:
        return html
    # A bracket in an attribute value is quoted.
    return re.sub(rf"<({'|'.join(sorted(words))})>", r"&lt;\1&gt;", html, flags=re.IGNORECASE)


def parsed_body(html: str) -> Element | None:
    """The tree; None without any HTML, or if elements nest too deep."""
    parser = trees.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    readable = without_control_references(without_controls(html))
    content = f"<div>{readable}</div>".encode("utf-8", "replace")
    try:
        root = trees.document_fromstring(content, parser=parser)
    except (etree.LxmlError, ValueError):
        return None
    if stopped_at_depth(parser):
        return None
    body = root.find("body")
    return body if body is not None else root


def stopped_at_depth(parser: trees.HTMLParser) -> bool:
    """Whether a parser ended early because elements nest too deep: its last error then."""
    last = parser.error_log.last_error
    return last is not None and last.type_name == "ERR_RESOURCE_LIMIT"


def inner_html(root: Element) -> str:
    children = (
        [root[0]]
        if len(root) == 1 and root[0].tag == "div" and not (root.text or "").strip()
        else []
    )
    part = (
        children[0]
        if children and not children[0].attrib and not (children[0].tail or "").strip()
        else root
    )
    inner = "".join(str(etree.tostring(child, encoding="unicode", method="html")) for child in part)
    text = trees.Element("p")
    text.text = part.text or ""
    return str(etree.tostring(text, encoding="unicode", method="html"))[3:-4] + inner


def _drop_hidden(elements: list[Element], notes: Counter[str]) -> None:
    for element in elements:
        if element.getparent() is None:
            continue
        is_hidden = "hidden" in element.attrib and element.get("hidden") != "until-found"
        if element.tag == "template" or is_hidden or _HIDDEN.search(element.get("style") or ""):
            # Lazy pictures are hidden until a script loads them.
            if element.tag == "img" and any(element.get(name) for name in _LAZY):
                continue
            if element.text_content().strip():
                notes["hidden text left out"] += 1
            element.drop_tree()


def _resolve_pictures(root: Element, notes: Counter[str]) -> None:
    for element in list(root.iter("amp-img", "image")):
        element.tag = "img"
    for picture in list(root.iter("picture")):
        _resolve_picture(picture)
    for image in list(root.iter("img")):
        _find_source(image)
    _unwrap_noscript(root)
    for image in list(root.iter("img")):
        size = {(image.get(side) or "").strip() for side in ("width", "height")}
        if size <= _PIXELS and size:
            notes["tracking pixel left out"] += 1
            image.drop_tree()


def _resolve_picture(picture: Element) -> None:
    """The picture's own image, or one made from its sources."""
    image = picture.find(".//img")
    if image is None:
        image = trees.Element("img")
        picture.append(image)
    if _PLACEHOLDER.search((image.get("src") or "").strip()) and not _lazy_address(image):
        sets = [s.get(name) or "" for s in picture.iter("source") for name in _LAZY_SETS]
        if found := next((address for one in sets if (address := _from_srcset(one))), ""):
            image.set("src", found)
    for source in list(picture.iter("source")):
        source.drop_tag()  # lxml parses the following siblings as its content
    picture.drop_tag()


def _find_source(image: Element) -> None:
    source = (image.get("src") or "").strip()
    if _PLACEHOLDER.search(source) or any(image.get(name) for name in _LAZY[:3]):
        image.set("src", _lazy_address(image) or source)


def _lazy_address(image: Element) -> str:
    addresses = (str(image.get(name) or "").strip() for name in _LAZY)
    plain = next((a for a in addresses if a and not a.startswith(("data:", "{", "["))), "")
    return plain or next(
        (a for name in _LAZY_SETS if (a := _from_srcset(image.get(name) or ""))), ""
    )


def _from_srcset(srcset: str) -> str:
    """The narrowest `srcset` candidate that is wide enough, else the widest."""
    candidates: list[tuple[float, str]] = []
    for address, size, kind in re.findall(
        r"([^\s,]\S*[^\s,])(?:\s+([\d.]+)([wx]))?\s*(?:,|$)", srcset
    ):
        width = float(size or 1) * (1 if kind == "w" else _WIDE_ENOUGH / 2)
        if not address.startswith("data:"):
            candidates.append((width, address))
    enough = [one for one in candidates if one[0] >= _WIDE_ENOUGH]
    return min(enough)[1] if enough else max(candidates, default=(0.0, ""))[1]


def _unwrap_noscript(root: Element) -> None:
    """Unwrap `<noscript>`; a fallback for a picture that is already there is dropped."""
    shown = {image.get("src") for image in root.iter("img") if _outside_noscript(image)}
    for element in list(root.iter("noscript")):
        for image in list(element.iter("img")):
            _find_source(image)
            if image.get("src") in shown:
                image.drop_tree()
        words = element.text_content().strip()
        # Escaped markup is for a script that reads it.
        if element.find(".//img") is None and (not words or words.startswith("<")):
            element.drop_tree()
        else:
            _drop_placeholder_before(element)
            element.drop_tag()


def _outside_noscript(element: Element) -> bool:
    return next(element.iterancestors("noscript"), None) is None


def _drop_placeholder_before(element: Element) -> None:
    before = element.getprevious()
    is_image = before is not None and before.tag == "img" and element.find(".//img") is not None
    if is_image and _PLACEHOLDER.search(before.get("src") or ""):
        before.drop_tree()


def _replace_frames(root: Element, notes: Counter[str]) -> None:
    for element in list(_frames(root)):
        if element.getparent() is None:
            continue
        address = _address_of_frame(element)
        link = link_for_frame(address, " ".join((element.get("title") or "").split()))
        if link is None:
            notes["frame that shows nothing left out"] += 1
            _keep_fallback_text(element)
            continue
        notes["frame replaced by a link"] += 1
        link.tail = element.tail
        element.getparent().replace(element, link)


def _frames(root: Element) -> Iterator[Element]:
    for element in root.iter(
        "iframe",
        "frame",
        "embed",
        "object",
        "amp-youtube",
        "lite-youtube",
        "amp-iframe",
        "amp-vimeo",
    ):
        if element.tag == "object" and element.text_content().strip():
            continue  # its fallback content is used
        yield element


def _address_of_frame(element: Element) -> str:
    number = element.get("data-videoid") or element.get("videoid")
    if number:
        host = "player.vimeo.com/video" if "vimeo" in element.tag else "www.youtube.com/embed"
        return f"https://{host}/{number}"
    names = ("src", "data-src", "data-lazy-src", "data-litespeed-src", "data-cmp-src", "data")
    values = (str(element.get(name) or "").strip() for name in names)
    address = next((a for a in values if a and not a.startswith(("about:", "data:"))), "")
    if not address and element.tag == "object":
        inner = element.find(".//embed")
        movie = element.find(".//param[@name='movie']")
        address = str((inner.get("src") if inner is not None else "") or "")
        address = address or str((movie.get("value") if movie is not None else "") or "")
    return address


def _keep_fallback_text(element: Element) -> None:
    """A frame's content is dropped; the text of an object's fallback is kept."""
    if element.tag == "object":
        element.drop_tag()
    else:
        element.drop_tree()


def _remove_drawings(root: Element, notes: Counter[str]) -> None:
    """Remove SVG; keep the text of MathML."""
    for element in list(root.iter(*_DRAWING)):
        if element.getparent() is not None:
            notes["drawing left out"] += 1
            element.drop_tree()
    for formula in list(root.iter(_MATH)):
        for extra in list(formula.iter("annotation", "annotation-xml")):
            extra.drop_tree()
        words = " ".join(formula.text_content().split()) or formula.get("alttext") or ""
        span = trees.Element("span")
        span.text, span.tail = words, formula.tail
        parent = formula.getparent()
        if parent is not None:
            parent.replace(formula, span)


def _apply_inline_styles(elements: list[Element]) -> None:
    """Apply inline styles: Google Docs wraps everything in `<b style="font-weight:normal">`."""
    for element in elements:
        if (
            element.tag not in _STYLED
            or element.getparent() is None
            or "style" not in element.attrib
        ):
            continue
        style = re.sub(r"\s", "", (element.get("style") or "").lower())
        weight = re.search(r"font-weight:(\w+)", style)
        if (
            element.tag in {"b", "strong"} and weight and weight[1] in {"normal", "400", "300"}
        ) or (element.tag in {"i", "em"} and "font-style:normal" in style):
            element.drop_tag()
        elif element.tag == "span" and weight and weight[1] in {"bold", "600", "700", "800", "900"}:
            element.tag = "strong"
        elif element.tag == "span" and "font-style:italic" in style:
            element.tag = "em"
        del element.attrib["style"]


def _bracket_readings(root: Element) -> None:
    """Put readings (ruby text) in brackets where their author has not; ruby is not kept."""
    for ruby in list(root.iter("ruby")):
        if ruby.find(".//rp") is None:
            for reading in ruby.iter("rt"):
                reading.text = f"({reading.text or ''}"
                last = reading[-1] if len(reading) else None
                if last is None:
                    reading.text += ")"
                else:
                    last.tail = f"{last.tail or ''})"
