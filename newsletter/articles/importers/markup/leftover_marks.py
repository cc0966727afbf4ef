"""Removal of shortcodes and template tags that a site left in its HTML; their content is kept.

For feeds, pages, mails and tables, whose text was rendered before it came here. Code is left as it
is. Where code or the title holds template tags, the text writes about them: they stay (decision
191).
"""

import re
from collections import Counter
from html import unescape
from urllib.parse import unquote

from newsletter.articles.importers.markup.code_blocks import SHORTCODE, rendered_code
from newsletter.articles.importers.markup.paragraph_splitting import (
    MARKS,
    as_block,
    split_paragraphs,
)
from newsletter.articles.importers.markup.shortcodes import CODE_WORD, notes_of, strip_shortcodes
from newsletter.articles.importers.markup.template_tags import (
    ATTRIBUTE_LIST,
    StrippedSource,
    replacement_of,
    tag_notes,
    with_raw_as_text,
)

_CODE = (
    r"<(?P<name>pre|code|kbd|samp|tt|script|style|textarea|svg|math)\b.*?(?:</(?P=name)\s*>|\Z)"
    r"|`[^`\n]+`|\$\$.{1,2000}?\$\$|\\\(.{1,2000}?\\\)|\\\[.{1,2000}?\\\]"
)
_CODE_OR_SHORTCODE = re.compile(f"{_CODE}|{SHORTCODE}", re.IGNORECASE | re.DOTALL)
# The same where no shortcode ends: each bracket would be tried for its names.
_CODE_ALONE = re.compile(rf"{_CODE}|(?P<shortcode>(?!))", re.IGNORECASE | re.DOTALL)
_WORDS = r"[^{}<>]{0,500}?"
_TAG = re.compile(
    rf"\{{%[-+]?\s*+\w{_WORDS}%\}}"
    rf"|\{{\{{(?:<|&lt;|%)\s*+/?\s*+\w{_WORDS}(?:>|&gt;|%)\}}\}}"
    rf"|\{{\{{[-~#/^&]?\s*+(?:[a-zA-Z_.$\"'“‘]|&quot;|&#39;){_WORDS}\}}\}}"
    rf"|{ATTRIBUTE_LIST}"
)
# An address whose path is an unfilled tag that an editor or a browser percent-encoded, or a merge
# tag of Mailchimp's; `{{ site.url }}/map` leaves a path.
_UNFILLED_ADDRESS = re.compile(
    r"\s(?:href|src)\s*=\s*([\"'])[^\"'<>?#]*?(?P<tag>%7B(?:%7B|%25)[^\"'<>]{1,200}?(?:%7D|%25)%7D"
    r"|(?:\*|%2A)(?:\||%7C)[A-Z][\w:%.-]{0,100}?(?:\||%7C)(?:\*|%2A))[^\"'<>]*\1",
    re.IGNORECASE,
)
_MAY_BE_UNFILLED = ("%7b", "*|", "*%7c", "%2a%7c")


def strip_marks(html: str, title: str = "") -> StrippedSource:
    """HTML without leftover template tags and shortcodes, and notes of those removed."""
    cleared = strip_tags(html, title)
    bare = strip_bracketed(cleared.text)
    return StrippedSource(text=bare.text, notes=(*cleared.notes, *bare.notes))


def strip_tags(html: str, title: str = "") -> StrippedSource:
    """HTML without leftover template tags, unless it writes about them."""
    lower = html.lower()
    if "{" not in html and not any(mark in lower for mark in _MAY_BE_UNFILLED):
        return StrippedSource(text=html)
    about = _TAG.search(title) or any(
        _TAG.search(code[0]) for code in _code_in(html).finditer(html)
    )
    if about:
        return StrippedSource(text=html)
    left_out: Counter[str] = Counter()
    html = with_raw_as_text(html)

    def without_address(attribute: re.Match[str]) -> str:
        left_out[f"{unquote(attribute['tag'])[:40]} as an address"] += 1
        return ""

    html = _UNFILLED_ADDRESS.sub(without_address, html)

    def replaced(tag: re.Match[str]) -> str:
        return replacement_of(unescape(tag[0]), left_out)

    text = _TAG.sub(replaced, html).replace("\ue000", "{")
    return StrippedSource(text=text, notes=tag_notes(left_out))


def strip_bracketed(html: str) -> StrippedSource:
    """HTML without leftover shortcodes outside of its code."""
    if "[" not in html:
        return StrippedSource(text=html)
    left_out: Counter[str] = Counter()
    code: list[str] = []

    is_about = CODE_WORD.search(html) is not None

    def protected(match: re.Match[str]) -> str:
        is_shortcode = match["shortcode"] is not None and not is_about
        code.append(rendered_code(match["source"]) if is_shortcode else match[0])
        mark = f"\ufdd0{len(code) - 1}\ufdd1"
        return as_block(f"\n{mark}\n") if is_shortcode else mark

    html = MARKS.sub("", html) if MARKS.search(html) else html
    text = split_paragraphs(strip_shortcodes(_code_in(html).sub(protected, html), left_out))
    text = re.sub("\ufdd0(\\d+)\ufdd1", lambda mark: code[int(mark[1])], text)
    return StrippedSource(text=text, notes=notes_of(left_out))


def _code_in(html: str) -> re.Pattern[str]:
    """The pattern of the code that a text may have."""
    return _CODE_OR_SHORTCODE if "[/" in html else _CODE_ALONE
