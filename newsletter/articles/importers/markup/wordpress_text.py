"""The body of a WordPress post as WordPress renders it: paragraphs, shortcodes, blocks.

After developer.wordpress.org: `wpautop`, the Shortcode API, "Embeds". A plugin's shortcode is
removed with a note and its content kept.
"""

import re
from collections import Counter
from dataclasses import dataclass

from newsletter.articles.importers.markup.code_blocks import SHORTCODE, stored_code
from newsletter.articles.importers.markup.paragraph_splitting import MARKS, as_block
from newsletter.articles.importers.markup.shortcodes import (
    PostMedia,
    link_to,
    notes_of,
    replace_shortcodes,
)
from newsletter.articles.importers.markup.template_tags import replaced_between

_BLOCKS = (
    "(?:address|article|aside|blockquote|caption|col|colgroup|dd|details|div|dl|dt|fieldset|"
    "figcaption|figure|footer|form|h[1-6]|header|hgroup|hr|legend|li|main|map|math|menu|nav|object|"
    "ol|p|pre|section|summary|table|tbody|td|tfoot|th|thead|tr|ul|video|audio|iframe|noscript)"
)
_OPEN_BLOCK = re.compile(rf"(<{_BLOCKS}(?=[\s/>]))", re.IGNORECASE)
_CLOSE_BLOCK = re.compile(rf"(</{_BLOCKS}\s*>|<(?:hr|col)\b[^<>]*>)", re.IGNORECASE)
_OPENS = re.compile(rf"<({_BLOCKS})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_CLOSES = re.compile(rf"</({_BLOCKS})\s*>$", re.IGNORECASE)
_HOLD_PARAGRAPHS = frozenset(
    {"blockquote", "div", "figure", "section", "article", "details", "aside"}
)
_KEPT = re.compile(
    rf"<(?P<kept>pre|script|style|textarea|svg)\b.*?(?:</(?P=kept)\s*>|\Z)|{SHORTCODE}",
    re.IGNORECASE | re.DOTALL,
)
_TAG_WITH_LINES = re.compile(r"<[a-zA-Z/!][^<>\n]*+\n[^<>]*+>")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HAS_BLOCKS = re.compile(r"<!--\s+wp:")
# WordPress escapes angle brackets in attributes.
_REUSED = re.compile(
    r"<!--\s++wp:block\s++\{(?:[^}<\"]|\"(?!ref\":))*+\"ref\":\s*+(\d++)[^}<]*+\}\s++/-->"
)
_CLASSIC = (
    re.compile(r"<!--\s++wp:(?:core/)?freeform\s[^<]*?-->"),
    re.compile(r"<!--\s++/wp:(?:core/)?freeform\s++-->"),
)
_ALONE = re.compile(
    r"^[ \t]*(?:<p>\s*)?(https?://[^\s<>\"]+)(?:\s*</p>)?[ \t]*$|"
    r"(?<=>)\s*(https?://[^\s<>\"]+)\s*(?=</div>\s*(?:<figcaption|</figure>))",
    re.MULTILINE,
)
_CORE_SHORTCODE = re.compile(
    r"\[(?:wp_)?caption\s[^\]]*\]|\[(?:gallery|embed|sourcecode)\b[^\]]*\]"
)
_EMPTY_LINE = re.compile(r"\S[ \t]*\r?\n[ \t]*\r?\n\s*\S")
_PARAGRAPH_ELEMENT = re.compile(r"<(?:p|div|br|section|article|table|pre)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedPost:
    """The HTML of a post, and notes of what was removed."""

    html: str
    notes: tuple[str, ...] = ()


def is_stored_post(text: str) -> bool:
    """Whether a text is a post as WordPress stores it: paragraphs apart by empty lines, shortcodes.

    In HTML that has elements for its paragraphs, empty lines mean nothing.
    """
    return _CORE_SHORTCODE.search(text) is not None or has_bare_paragraphs(text)


def has_bare_paragraphs(text: str) -> bool:
    """Whether only empty lines tell the paragraphs of a text apart."""
    return _EMPTY_LINE.search(text) is not None and _PARAGRAPH_ELEMENT.search(text) is None


def render_post(text: str, pictures: PostMedia) -> RenderedPost:
    """The post as HTML; not sanitised."""
    text = MARKS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _REUSED.sub(lambda match: pictures.blocks.get(match[1], ""), text)
    left_out: Counter[str] = Counter()
    protected: list[str] = []
    text = _KEPT.sub(lambda match: _protect(match, protected), text)
    text = replace_shortcodes(text, pictures, left_out)
    text = _ALONE.sub(lambda match: link_to(match[1] or match[2]), text)
    if _HAS_BLOCKS.search(text):
        text = replaced_between(text, *_CLASSIC, paragraphs)
        text = _COMMENT.sub("", text)
    else:
        text = paragraphs(_COMMENT.sub("", text))
    for number, part in enumerate(protected):
        text = text.replace(_mark(number), part)
    return RenderedPost(html=text, notes=notes_of(left_out))


def _mark(number: int) -> str:
    return f"<pre>\ue000{number}\ue001</pre>"


def _protect(match: re.Match[str], protected: list[str]) -> str:
    is_shortcode = match["shortcode"] is not None
    protected.append(stored_code(match["source"]) if is_shortcode else match[0])
    mark = _mark(len(protected) - 1)
    return as_block(f"\n{mark}\n") if is_shortcode else mark


def paragraphs(text: str) -> str:
    """`wpautop`: an empty line ends a paragraph, a line end is a line break."""
    text = _TAG_WITH_LINES.sub(lambda tag: tag[0].replace("\n", " "), text)
    text = re.sub(r"<br\s*/?>\s*<br\s*/?>", "\n\n", text, flags=re.IGNORECASE)
    text = _CLOSE_BLOCK.sub(r"\1\n\n", _OPEN_BLOCK.sub(r"\n\n\1", text))
    parts = (part.strip() for part in re.split(r"\n\s*\n", text))
    return "\n".join(_part(part) for part in parts if part)


def _part(part: str) -> str:
    """A paragraph, or inline content of a block that starts or ends here."""
    opens, closes = _OPENS.match(part), _CLOSES.search(part)
    if opens and closes:
        return _with_breaks(part)
    if opens and opens[1].lower() == "p":
        return _paragraph(opens[0], part[opens.end() :])
    if closes and closes[1].lower() == "p":
        return _paragraph("<p>", part[: closes.start()])
    if opens:
        return opens[0] + _within(part[opens.end() :], opens[1])
    if closes:
        return _within(part[: closes.start()], closes[1]) + closes[0]
    return f"<p>{_with_breaks(part)}</p>"


def _paragraph(start: str, words: str) -> str:
    """A paragraph in which an empty line stood: it ends there, and another starts."""
    words = _with_breaks(words.strip())
    return f"{start}{words}</p>" if words else ""


def _within(words: str, name: str) -> str:
    words = _with_breaks(words.strip())
    return f"<p>{words}</p>" if words and name.lower() in _HOLD_PARAGRAPHS else words


def _with_breaks(text: str) -> str:
    return re.sub(r"(?<!<br>)(?<!<br/>)(?<!<br />)\n", "<br>\n", text)
