"""WordPress shortcodes: those for media become figures and links, others only lose their marks.

After developer.wordpress.org, "Shortcode API". In a stored post WordPress's own rule holds. In HTML
that WordPress did not store (feeds, pages, Markdown), brackets are mostly plain text: only names of
shortcodes that WordPress documents, and names that are closed, are read (decision 159).
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape, unescape

from newsletter.articles.body.urls import names_in
from newsletter.articles.importers.markup.paragraph_splitting import (
    REMOVED,
    as_block,
    split_paragraphs,
)
from newsletter.articles.ingestion.notes import counted

# From the beginning of a name only: one without a value would be read again from each letter.
_ATTRIBUTE = re.compile(r"(?<![\w-])([\w-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\]\"']+))")
_SHORTCODE = re.compile(
    r"\[(?P<extra>\[?)(?P<closes>/?)(?P<name>[a-zA-Z][\w-]*)(?P<rest>(?:\s[^\[\]]*)?)/?\](?P<end>\]?)"
)
_IN_HTML = re.compile(
    r"(?<!\[)\[(?P<closes>/?)(?P<name>[a-zA-Z][\w-]*)"
    r"(?P<rest>(?:[\s=][^\[\]<>]*(?:<a\b[^<>]*>[^\[\]<>]*</a>[^\[\]<>]*)?)?)/?\](?![\](])"
)
# What stands between holds no other caption, so that each is looked at once.
_CAPTION = re.compile(
    r"\[(?:wp_)?caption\b([^\[\]]*)\]((?:[^\[]|\[(?!/?(?:wp_)?caption\b))*+)\[/(?:wp_)?caption\]",
    re.IGNORECASE,
)
_EMBED = re.compile(
    r"\[embed\b[^\[\]]*+\]\s*+(?:<a\b[^<>]*+>\s*+)?([^\s<>\[]++)\s*+(?:</a>\s*+)?\[/embed\]",
    re.IGNORECASE,
)
_PICTURE = re.compile(
    r"\s*((?:<a\b[^>]*>\s*)?<img\b[^>]*>(?:\s*</a>)?)(.*)", re.DOTALL | re.IGNORECASE
)
_SOURCES = ("src", "mp3", "mp4", "m4a", "ogg", "wav", "webm", "m4v", "ogv", "flac", "url")
_PLAYERS = names_in(
    "audio video playlist youtube vimeo soundcloud embedyt dailymotion ted instagram tweet twitter "
    "facebook spotify mixcloud slideshare googlemaps googlevideo kickstarter gist scribd"
)
# Without attributes and an end tag, other words in brackets are plain text: "[sic]".
_BARE = frozenset({"gallery", "audio", "video", "playlist", "embed", "caption"})
# developer.wordpress.org, "Shortcode"; wordpress.com/support/shortcodes; jetpack.com/support; and
# the forms and builders of widely installed plugins, by their own pages.
_DOCUMENTED = (
    _BARE
    | _PLAYERS
    | names_in(
        "wp_caption archives blog_subscription_form contact-form contact-field contact-form-7 "
        "crowdsignal polldaddy display-posts latex portfolio presentation recipe sitemap slideshow "
        "testimonials tiled_gallery twitter-follow twitter-timeline upcomingevents videopress "
        "wpvideo wufoo googleapps jetpack-related-posts jetpack_subscription_form sharethis "
        "gravityform gravityforms ninja_form ninja_forms wpforms mc4wp_form formidable rev_slider "
        "layerslider ngg nggallery envira-gallery tablepress woocommerce_cart "
        "vc_row vc_column vc_column_text et_pb_section et_pb_row et_pb_column et_pb_text"
    )
)
_QUOTES = str.maketrans("“”„″’‘′", '""""\'\'\'')
CODE_WORD = re.compile(r"\bshort-?codes?\b", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s\"'\]<>]+")
_PARAGRAPH_TAG = re.compile(r"(?:(?<!\s)\s+)?</?p(?:\s[^<>]*)?>\s*", re.IGNORECASE)


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


_NO_MEDIA = PostMedia(by_number={})


def replace_shortcodes(text: str, media: PostMedia, left_out: Counter[str]) -> str:
    """A stored post with its shortcodes replaced; those without a replacement are counted."""
    text = _with_pairs(text)
    closed = {name.lower() for name in re.findall(r"\[/([a-zA-Z][\w-]*)\]", text)}

    def replaced(match: re.Match[str]) -> str:
        name, rest = match["name"].lower(), match["rest"]
        if match["extra"] and match["end"]:
            return match[0][1:-1]  # [[name]] is an escaped shortcode
        is_one = name in closed or name in _BARE or "=" in rest or re.search(r"[_-]", name)
        if not (is_one or (name in _PLAYERS and _ADDRESS.search(rest))):
            return match[0]
        replacement = "" if match["closes"] else _replacement(name, rest, media)
        if not replacement and not match["closes"]:
            left_out[name] += 1
        return match["extra"] + (as_block(replacement) if replacement else REMOVED) + match["end"]

    return split_paragraphs(_SHORTCODE.sub(replaced, text))


def strip_shortcodes(html: str, left_out: Counter[str]) -> str:
    """HTML outside of code with leftover shortcodes replaced; the others are counted.

    Replacements are marked, for `split_paragraphs`.

    A text that says "shortcode" writes about them and is left as it is.
    """
    if "[" not in html or CODE_WORD.search(html):
        return html
    html = _with_pairs(html)
    found = list(_IN_HTML.finditer(html))
    ends = {match["name"].lower() for match in found if match["closes"] and not match["rest"]}
    pairs = ends & {match["name"].lower() for match in found if not match["closes"]}

    def replaced(match: re.Match[str]) -> str:
        name, rest = match["name"].lower(), unescape(match["rest"]).translate(_QUOTES)
        if name not in pairs and not (name in _DOCUMENTED and _is_alone(match, rest)):
            return match[0]
        if match["closes"]:
            return REMOVED
        if replacement := _replacement(name, rest, _NO_MEDIA):
            return as_block(replacement)
        left_out[name] += 1
        return REMOVED

    return _IN_HTML.sub(replaced, html)


def _is_alone(match: re.Match[str], rest: str) -> bool:
    """Whether brackets around a documented name are a shortcode: by attributes or their own line.

    "[video]" within a sentence is a word.
    """
    if match["closes"] or "=" in rest or _ADDRESS.search(rest):
        return True
    before = match.string[: match.start()].rstrip(" \t")[-1:]
    after = match.string[match.end() :][:20].lstrip(" \t")[:1]
    return before in {"", "\n", ">"} and after in {"", "\n", "<"}


def notes_of(left_out: Mapping[str, int]) -> tuple[str, ...]:
    """The notes of shortcodes that were left out."""
    return counted({f"shortcode left out: [{name}]": n for name, n in left_out.items()})


def _with_pairs(text: str) -> str:
    text = _CAPTION.sub(lambda match: as_block(_figure(match[1], match[2])), text)
    return _EMBED.sub(lambda match: as_block(f"\n\n{link_to(match[1])}\n\n"), text)


def _replacement(name: str, rest: str, media: PostMedia) -> str:
    """The replacement of a shortcode for media; empty for any other."""
    values = {n.lower(): unescape(a or b or c) for n, a, b, c in _ATTRIBUTE.findall(rest)}
    if name == "gallery":
        return _gallery(values, media)
    if name not in _PLAYERS:
        return ""
    addresses = [values[source] for source in _SOURCES if values.get(source)]
    addresses += [media.by_number[n] for n in _numbers(values) if n in media.by_number]
    addresses += dict.fromkeys(_ADDRESS.findall(rest)) if not addresses else []
    if name in {"youtube", "vimeo"} and not addresses:
        number = values.get("id") or rest.strip(" =\"'").split(" ")[0]
        host = {"youtube": "https://www.youtube.com/watch?v=", "vimeo": "https://vimeo.com/"}[name]
        addresses = [host + number] if number else []
    return "\n\n" + "\n\n".join(map(link_to, addresses)) + "\n\n" if addresses else ""


def _numbers(values: Mapping[str, str]) -> list[str]:
    return re.findall(r"\d+", values.get("ids") or values.get("include") or "")


def _gallery(values: Mapping[str, str], media: PostMedia) -> str:
    numbers = _numbers(values) or list(media.attached)
    addresses = [media.by_number[number] for number in numbers if number in media.by_number]
    figures = [f'<figure><img src="{escape(url)}" alt=""></figure>' for url in addresses]
    return "\n\n" + "\n".join(figures) + "\n\n" if figures else ""


def _figure(attributes: str, content: str) -> str:
    attributes = unescape(attributes).translate(_QUOTES)
    values = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(attributes)}
    content = _PARAGRAPH_TAG.sub(" ", content)
    match = _PICTURE.match(content)
    picture, words = (match[1], match[2]) if match else (content, "")
    caption = words.strip() or escape(values.get("caption", ""), quote=False)
    figcaption = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f"\n\n<figure>{picture}{figcaption}</figure>\n\n"


def link_to(address: str) -> str:
    """A paragraph with a link to an address."""
    shown_as = escape(unescape(address))
    return f'<p><a href="{shown_as}">{shown_as}</a></p>'
