"""Paragraphs and headings split around blocks that replaced words in them.

Their content is phrasing content (HTML, 4.4.1 and 4.3.6): a parser ends the paragraph at a block,
leaves the words after it outside and makes an empty paragraph of the end tag.
"""

import re

# Stand for a removed mark, and on both sides of a block, until their paragraph is looked at:
# non-characters, which no text may hold (Unicode, 23.7).
REMOVED = "\ufdd2"
_BEGIN, _END = "\ufdd3", "\ufdd4"
_OWN = re.compile(f"[{REMOVED}{_BEGIN}{_END}]")
# Those that stand for code until all else was looked at, too.
MARKS = re.compile("[\ufdd0-\ufdd4]")
_WITHIN = rf"[^{_BEGIN}{_END}]"
# A figure may hold a block that replaced a mark in its caption.
_BLOCK = rf"{_BEGIN}(?:{_WITHIN}|{_BEGIN}{_WITHIN}*+{_END})*+{_END}"
_BLOCKS = re.compile(f"({_BLOCK})")
# HTML, 13.1.2.4: what ends a paragraph whose end tag is left out.
_ENDING = (
    "(?:address|article|aside|blockquote|body|dd|details|div|dl|dt|fieldset|figcaption|figure"
    "|footer|form|h[1-6]|header|hgroup|hr|li|main|menu|nav|ol|p|pre|section|table|tbody|td|tfoot"
    r"|th|thead|tr|ul)(?=[\s/>])"
)
_PARAGRAPH = re.compile(
    r"(?P<start><(?P<name>p|h[1-6])(?:\s[^<>]*)?>)"
    rf"(?P<content>(?:[^<{_BEGIN}]|{_BLOCK}|<(?!/?{_ENDING}))*+)(?:</(?P=name)\s*>)?",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(?P<closes>/?)(?P<name>[a-zA-Z][\w-]*)(?:\s[^<>]*)?>")
_VOID = frozenset({"area", "br", "img", "input", "link", "meta", "source", "track", "wbr"})
_SHOWN = re.compile(r"<(?:img|picture|iframe|video|audio|object|embed|svg|math)\b", re.IGNORECASE)
_BLANK = re.compile(r"<[^<>]*>|&nbsp;|&#160;|\s")
_BREAKS = re.compile(r"^(?:\s|<br\s*/?>)+|(?:\s|<br\s*/?>)+$", re.IGNORECASE)
_ID = re.compile(r"\sid\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE)


def as_block(html: str) -> str:
    """A block, marked for `split_paragraphs`."""
    return f"{_BEGIN}{html}{_END}"


def split_paragraphs(html: str) -> str:
    """HTML whose marked blocks stand between paragraphs, without paragraphs that are now empty."""
    return _OWN.sub("", _PARAGRAPH.sub(_split, html)) if _OWN.search(html) else html


def _split(match: re.Match[str]) -> str:
    content = match["content"]
    if not _OWN.search(content):
        return match[0]
    if _BEGIN not in content:
        return match[0] if _has_content(content) else ""
    start, end = match["start"], f"</{match['name']}>"
    opened: list[re.Match[str]] = []
    parts = []
    for part in _BLOCKS.split(content):
        if part.startswith(_BEGIN):
            parts.append(part)
            continue
        again = "".join(_ID.sub("", tag[0]) for tag in opened)
        _follow_tags(part, opened)
        if _has_content(part):
            closed = "".join(f"</{tag['name']}>" for tag in reversed(opened))
            parts.append(f"{start}{again}{_BREAKS.sub('', part)}{closed}{end}")
            start = _ID.sub("", start)
    return "".join(parts)


def _follow_tags(part: str, opened: list[re.Match[str]]) -> None:
    """Keep the list of elements that are open at the end of a part."""
    for tag in _TAG.finditer(part):
        name = tag["name"].lower()
        if not tag["closes"] and name not in _VOID:
            opened.append(tag)
        elif tag["closes"] and opened and opened[-1]["name"].lower() == name:
            opened.pop()


def _has_content(part: str) -> bool:
    return _SHOWN.search(part) is not None or bool(MARKS.sub("", _BLANK.sub("", part)))
