"""Removal of static site generators' template tags from an article; their content is kept.

Liquid (Jekyll, Eleventy), Hugo and Zola shortcodes, Nunjucks, and kramdown attribute lists. Those
for videos, figures and code are converted. Code is left as it is.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

from newsletter.articles.importers.markup.code_blocks import SHORTCODE, stored_code
from newsletter.articles.ingestion.notes import counted

_CODE = re.compile(
    r"(^(?P<fence>`{3,}+|~{3,}+).*?^(?P=fence)[`~]*[ \t]*$|`[^`\n]+`"
    r"|<(?P<element>pre|code|script|style)\b.*?(?:</(?P=element)>|\Z))"
    rf"|{SHORTCODE}",
    re.MULTILINE | re.DOTALL,
)
_RAW = (
    re.compile(r"\{%-?\s*+(?:raw|verbatim)\s*+-?%\}"),
    re.compile(r"\{%-?\s*+end(?:raw|verbatim)\s*+-?%\}"),
)
_HIGHLIGHTED = (
    (
        re.compile(r"\{%-?\s*+highlight\s++[\w+#-]+[^{}]*?-?%\}\n?"),
        re.compile(r"\{%-?\s*+endhighlight\s*+-?%\}"),
    ),
    (
        re.compile(r"\{\{[<%]\s*+highlight\s++\"?[\w+#-]+[^{}]*?[>%]\}\}\n?"),
        re.compile(r"\{\{[<%]\s*+/\s*+highlight\s*+[>%]\}\}"),
    ),
)
_COMMENTS = (
    (re.compile(r"\{%-?\s*+comment\s*+-?%\}"), re.compile(r"\{%-?\s*+endcomment\s*+-?%\}")),
    (re.compile(r"\{\{/\*"), re.compile(r"\*/\}\}")),
    (re.compile(r"\{#"), re.compile(r"#\}")),
)
_VIDEO = re.compile(
    r"\{[{%]-?[<%]?\s*+(?:include\s++)?(?P<site>youtube|vimeo)(?:\.html|\.liquid)?"
    r"(?:\s*+\(\s*+|\s++)"
    r"(?:(?:id|video_id|src)\s*+[=:]\s*+)?[\"']?(?P<id>[\w-]{6,20})[\"']?[^{}]*\}",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"\{[{%][<%]?\s*(?:figure|img|image|include\s+(?:figure|image|img)[\w.-]*)\s(?P<rest>[^{}]*?)[>%]?[%}]\}"
)
_VALUE = re.compile(
    r"(?<![\w-])(?P<name>[\w-]+)\s*=\s*(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)'|(?P<c>[^\s\"']+))"
)
_BASE = re.compile(
    r"\{\{-?\s*(?:site\.(?:baseurl|url)|['\"](?P<path>[^'\"]*)['\"]\s*\|\s*(?:relative_url|absolute_url|url|prepend:|relURL|absURL))[^{}]*+\}\}"
)
# An address in brackets (CommonMark 0.31.2, 6.5) that is a tag and nothing else.
_AUTOLINK = re.compile(r"<(?P<tag>\{\{[^{}<>]{0,500}\}\}|\{%[^{}<>]{0,500}%\})>")
_REFERENCE = re.compile(
    r"\{\{[<%]\s*(?:rel)?ref\s+\"?(?P<page>[^\"\s>%]+)\"?\s*[>%]\}\}|\{%-?\s*(?:post_url|link)\s+(?P<post>\S+)\s*-?%\}"
)
# Of kramdown: `{: .wide}`, `{:toc}`, `{::comment}`. Elixir's `{:ok, value}` is none.
ATTRIBUTE_LIST = (
    r"\{::[^{}<>\n]*\}|\{:/\w*\}"
    r"|\{:\s*(?:[.#][\w-][^{}<>\n]*|[a-zA-Z][\w-]*=[^{}<>\n]*|[a-zA-Z][\w-]*\s*)?\}"
)
_MARK = re.compile(
    r"\{\{[<%].{0,2000}?[>%]\}\}|\{%.{0,2000}?%\}|\{\{.{0,2000}?\}\}|" + ATTRIBUTE_LIST, re.DOTALL
)
MAX_MARK_LENGTH = 4000


@dataclass(frozen=True, kw_only=True, slots=True)
class StrippedSource:
    """A source without template tags, and notes of those removed."""

    text: str
    notes: tuple[str, ...] = ()


def strip_template_tags(text: str) -> StrippedSource:
    """The source without the template tags of static site generators."""
    if "{" not in text:
        return StrippedSource(text=text)
    text = with_raw_as_text(text)
    for start, end in _HIGHLIGHTED:
        text = replaced_between(text, start, end, _highlighted)
    left_out: Counter[str] = Counter()
    parts, at = [], 0
    for code in _CODE.finditer(text):
        is_shortcode = code["shortcode"] is not None
        kept = f"\n\n{stored_code(code['source'])}\n\n" if is_shortcode else code[0]
        parts += [replacement_of(text[at : code.start()], left_out), kept]
        at = code.end()
    joined = "".join([*parts, replacement_of(text[at:], left_out)])
    return StrippedSource(text=joined.replace("\ue000", "{"), notes=tag_notes(left_out))


def tag_notes(left_out: Mapping[str, int]) -> tuple[str, ...]:
    """The notes of template tags that were left out."""
    return counted({f"template tag left out: {mark}": n for mark, n in left_out.items()})


def literal(text: str) -> str:
    """Literal braces, protected until the tags are removed."""
    return text.replace("{", "\ue000")


def _highlighted(code: str) -> str:
    block = f"<pre><code>{escape(code.rstrip(), quote=False)}</code></pre>"
    return f"\n\n{literal(block)}\n\n"


def replacement_of(text: str, left_out: Counter[str]) -> str:
    """A text outside of code, or one tag, without template tags; those left out are counted."""
    for start, end in _COMMENTS:
        text = replaced_between(text, start, end, lambda _: "")
    text = _AUTOLINK.sub(lambda match: match["tag"], text)
    text = _VIDEO.sub(_watch, text)
    text = _FIGURE.sub(_picture, text)
    text = _BASE.sub(lambda match: match["path"] or "", text)
    text = _REFERENCE.sub(lambda match: match["page"] or match["post"] or "", text)

    def gone(match: re.Match[str]) -> str:
        if len(match[0]) > MAX_MARK_LENGTH:
            return match[0]
        left_out[_name(match[0])] += 1
        return ""

    return _MARK.sub(gone, text)


def _watch(match: re.Match[str]) -> str:
    site = match["site"].lower()
    host = (
        "https://www.youtube.com/embed" if site == "youtube" else "https://player.vimeo.com/video"
    )
    return f'<iframe src="{host}/{match["id"]}"></iframe>'


def _picture(match: re.Match[str]) -> str:
    values = {v["name"]: v["a"] or v["b"] or v["c"] or "" for v in _VALUE.finditer(match["rest"])}
    source = (
        values.get("src") or values.get("path") or values.get("url") or values.get("image_path")
    )
    if not source:
        return ""
    words = values.get("caption") or values.get("title") or ""
    caption = f"<figcaption>{words}</figcaption>" if words else ""
    return f'<figure><img src="{source}" alt="{values.get("alt") or words}">{caption}</figure>'


def _name(mark: str) -> str:
    """The tag, shortened so that tags of one kind are counted together."""
    words = re.sub(r"\s+", " ", mark)
    match = re.match(r"(\{[{%:][<%-]*\s*/?\s*[\w.-]*)", words)
    return f"{match[1]}…" if match and len(words) > len(match[1]) + 4 else words[:40]


def with_raw_as_text(text: str) -> str:
    """A text whose parts between marks of raw text are no template tags."""
    return replaced_between(text, *_RAW, literal)


def replaced_between(
    text: str, start: re.Pattern[str], end: re.Pattern[str], replacement: Callable[[str], str]
) -> str:
    """A text with everything from a start to the next end replaced.

    Where no end follows none is looked for again, as one pattern of both would from every start.

    Args:
        replacement: of what stands between.
    """
    parts, at = [], 0
    while (begins := start.search(text, at)) and (ends := end.search(text, begins.end())):
        parts += [text[at : begins.start()], replacement(text[begins.end() : ends.start()])]
        at = ends.end()
    return "".join([*parts, text[at:]])
