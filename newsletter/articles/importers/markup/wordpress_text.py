"""The body of a WordPress post as WordPress renders it: paragraphs, shortcodes, blocks.

After developer.wordpress.org: `wpautop`, the Shortcode API, "Embeds". A plugin's shortcode is
removed with a note and its content kept.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape, unescape

from newsletter.articles.ingestion.notes import counted

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
    r"<(pre|script|style|textarea|svg)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL
)
_TAG_WITH_LINES = re.compile(r"<[a-zA-Z/!][^<>]*\n[^<>]*>")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HAS_BLOCKS = re.compile(r"<!--\s+wp:")
_REUSED = re.compile(r"<!--\s+wp:block\s+\{[^}]*\"ref\":\s*(\d+)[^}]*\}\s+/-->")
_CLASSIC = re.compile(
    r"<!--\s+wp:(?:core/)?freeform\s.*?-->(.*?)<!--\s+/wp:(?:core/)?freeform\s+-->", re.DOTALL
)
_ALONE = re.compile(
    r"^[ \t]*(?:<p>\s*)?(https?://[^\s<>\"]+)(?:\s*</p>)?[ \t]*$|"
    r"(?<=>)\s*(https?://[^\s<>\"]+)\s*(?=</div>\s*(?:<figcaption|</figure>))",
    re.MULTILINE,
)
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\]\"']+))")
_SHORTCODE = re.compile(
    r"\[(?P<extra>\[?)(?P<closes>/?)(?P<name>[a-zA-Z][\w-]*)(?P<rest>(?:\s[^\[\]]*)?)/?\](?P<end>\]?)"
)
_CORE_SHORTCODE = re.compile(r"\[(?:wp_)?caption\s[^\]]*\]|\[(?:gallery|embed)\b[^\]]*\]")
_EMPTY_LINE = re.compile(r"\S[ \t]*\r?\n[ \t]*\r?\n\s*\S")
_PARAGRAPH_ELEMENT = re.compile(r"<(?:p|div|br|section|article|table|pre)\b", re.IGNORECASE)
_CAPTION = re.compile(
    r"\[(?:wp_)?caption\b([^\]]*)\](.*?)\[/(?:wp_)?caption\]", re.DOTALL | re.IGNORECASE
)
_EMBED = re.compile(r"\[embed\b[^\]]*\]\s*(\S+?)\s*\[/embed\]", re.IGNORECASE)
_PICTURE = re.compile(
    r"\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)(.*)", re.DOTALL | re.IGNORECASE
)
_SOURCES = ("src", "mp3", "mp4", "m4a", "ogg", "wav", "webm", "m4v", "ogv", "flac", "url")
_PLAYERS = frozenset({"audio", "video", "playlist", "youtube", "vimeo", "soundcloud", "embedyt"})
# Without attributes and an end tag, other words in brackets are plain text: "[sic]".
_BARE = frozenset({"gallery", "audio", "video", "playlist", "embed", "caption"})


@dataclass(frozen=True, kw_only=True, slots=True)
class PostMedia:
    """Media that the shortcodes of a post refer to.

    Args:
        by_number: attachment URLs by id.
        attached: ids of the files attached to this post.
        blocks: reusable blocks by id.
    """

    by_number: Mapping[str, str]
    attached: tuple[str, ...] = ()
    blocks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class RenderedPost:
    """The HTML of a post, and notes of what was removed."""

    html: str
    notes: tuple[str, ...] = ()


def is_stored_post(text: str) -> bool:
    """Whether a text is a post as WordPress stores it: paragraphs apart by empty lines, shortcodes.

    In HTML that has elements for its paragraphs, empty lines mean nothing.
    """
    return _CORE_SHORTCODE.search(text) is not None or (
        _EMPTY_LINE.search(text) is not None and _PARAGRAPH_ELEMENT.search(text) is None
    )


def render_post(text: str, pictures: PostMedia) -> RenderedPost:
    """The post as HTML; not sanitised."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _REUSED.sub(lambda match: pictures.blocks.get(match[1], ""), text)
    left_out: Counter[str] = Counter()
    protected: list[str] = []
    text = _KEPT.sub(lambda match: _protect(match[0], protected), text)
    text = _with_shortcodes(text, pictures, left_out)
    text = _ALONE.sub(lambda match: _linked(match[1] or match[2]), text)
    if _HAS_BLOCKS.search(text):
        text = _CLASSIC.sub(lambda match: paragraphs(match[1]), text)
        text = _COMMENT.sub("", text)
    else:
        text = paragraphs(_COMMENT.sub("", text))
    for number, part in enumerate(protected):
        text = text.replace(_mark(number), part)
    notes = counted({f"shortcode left out: [{name}]": n for name, n in left_out.items()})
    return RenderedPost(html=text, notes=notes)


def _mark(number: int) -> str:
    return f"<pre>\ue000{number}\ue001</pre>"


def _protect(part: str, protected: list[str]) -> str:
    protected.append(part)
    return _mark(len(protected) - 1)


def _with_shortcodes(text: str, pictures: PostMedia, left_out: Counter[str]) -> str:
    text = _CAPTION.sub(lambda match: _figure(match[1], match[2]), text)
    text = _EMBED.sub(lambda match: f"\n\n{_linked(match[1])}\n\n", text)
    closed = {name.lower() for name in re.findall(r"\[/([a-zA-Z][\w-]*)\]", text)}

    def replaced(match: re.Match[str]) -> str:
        name, rest = match["name"].lower(), match["rest"]
        if match["extra"] and match["end"]:
            return match[0][1:-1]  # [[name]] is an escaped shortcode
        is_one = name in closed or name in _BARE or "=" in rest or re.search(r"[_-]", name)
        if not is_one:
            return match[0]
        values = {n.lower(): unescape(a or b or c) for n, a, b, c in _ATTRIBUTE.findall(rest)}
        replacement = "" if match["closes"] else _replacement(name, rest, values, pictures)
        if not replacement and not match["closes"]:
            left_out[name] += 1
        return match["extra"] + replacement + match["end"]

    return _SHORTCODE.sub(replaced, text)


def _replacement(name: str, rest: str, values: Mapping[str, str], pictures: PostMedia) -> str:
    """The replacement of a core shortcode; empty for any other."""
    if name == "gallery":
        return _gallery(values, pictures)
    if name not in _PLAYERS:
        return ""
    addresses = [values[source] for source in _SOURCES if values.get(source)]
    addresses += [pictures.by_number[n] for n in _numbers(values) if n in pictures.by_number]
    addresses += re.findall(r"https?://[^\s\"'\]]+", rest) if not addresses else []
    if name in {"youtube", "vimeo"} and not addresses:
        number = values.get("id") or rest.strip(" =\"'").split(" ")[0]
        host = {"youtube": "https://www.youtube.com/watch?v=", "vimeo": "https://vimeo.com/"}[name]
        addresses = [host + number] if number else []
    return "\n\n" + "\n\n".join(map(_linked, addresses)) + "\n\n" if addresses else ""


def _numbers(values: Mapping[str, str]) -> list[str]:
    return re.findall(r"\d+", values.get("ids") or values.get("include") or "")


def _gallery(values: Mapping[str, str], pictures: PostMedia) -> str:
    numbers = _numbers(values) or list(pictures.attached)
    addresses = [pictures.by_number[number] for number in numbers if number in pictures.by_number]
    figures = [f'<figure><img src="{escape(url)}" alt=""></figure>' for url in addresses]
    return "\n\n" + "\n".join(figures) + "\n\n" if figures else ""


def _figure(attributes: str, content: str) -> str:
    values = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(attributes)}
    match = _PICTURE.match(content)
    picture, words = (match[1], match[2]) if match else (content, "")
    caption = words.strip() or values.get("caption", "")
    figcaption = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f"\n\n<figure>{picture}{figcaption}</figure>\n\n"


def _linked(address: str) -> str:
    shown_as = escape(unescape(address))
    return f'<p><a href="{shown_as}">{shown_as}</a></p>'


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
    if opens:
        return opens[0] + _within(part[opens.end() :], opens[1])
    if closes:
        return _within(part[: closes.start()], closes[1]) + closes[0]
    return f"<p>{_with_breaks(part)}</p>"


def _within(words: str, name: str) -> str:
    words = _with_breaks(words.strip())
    return f"<p>{words}</p>" if words and name.lower() in _HOLD_PARAGRAPHS else words


def _with_breaks(text: str) -> str:
    return re.sub(r"(?<!<br>)(?<!<br/>)(?<!<br />)\n", "<br>\n", text)
