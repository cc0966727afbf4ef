"""Boilerplate removal from web pages: navigation, comments, bylines, links to other stories.

Told by the element, by class names and ids in common use, by the address of a link, and by how much
of it is links. What holds the main heading, or more text than such a thing has, stays. What goes is
told by its kind.
"""

import re
from collections import Counter
from collections.abc import Iterator
from enum import Enum, auto
from functools import lru_cache
from typing import Any, TypeAlias

from lxml import etree

from newsletter.articles.importers.pages.element_text import line_in, text_in
from newsletter.articles.ingestion.notes import counted

Element: TypeAlias = Any
"""An lxml element; lxml ships no types."""


class Kind(Enum):
    """What a class name or id tells of its element."""

    COMMENTS = auto()
    LINKS = auto()  # Share buttons, navigation, other stories: gone where it is mostly links.
    SHORT = auto()  # Byline, date, advertisement, sign-up form: gone where it is short.
    UNSEEN = auto()  # Only for screen readers or on paper.


_LINKS_NOTE = "navigation, share buttons or links to other stories left out"
_FRAME_NOTE = "navigation, header or footer of the page left out"
_CAPTION_NOTE = "repeated caption left out"
_BUTTON_NOTE = "button left out"
# In the order in which they are asked.
_NOTES = {
    Kind.COMMENTS: "comments left out",
    Kind.LINKS: _LINKS_NOTE,
    Kind.SHORT: "byline, date, advertisement or sign-up form left out",
    Kind.UNSEEN: "text for screen readers or for print left out",
}

_NAMES = {
    Kind.COMMENTS: re.compile(
        r"(?:comments?|comment-?list|comments?[-_](?:area|container|section|wrapper|wrap|thread|block)|"
        r"disqus_thread|respond|fb-comments)"
    ),
    Kind.UNSEEN: re.compile(
        r"sr-only|screen-?reader(?:-text)?|(?:u-)?visually-?hidden|off-?screen|"
        r"(?:d-)?print-(?:only|block|header|footer)|visible-print(?:-block)?|d-print-block"
    ),
    Kind.LINKS: re.compile(
        r"(?:.*[-_])?(?:related|recirc\w*|recommend(?:ed|ations?)|trending|most-?(?:read|popular|viewed)|"
        r"read-?(?:next|also)|more-?(?:from|stories|news|on)|outbrain|taboola|rail|sidebar|side-?nav|subnav|"
        r"breadcrumbs?|teasers?|promos?|just-in|share\w*|sharing|sharedaddy|social|contentgroups|"
        r"nav|navbar|menu|\w*footer\w*|tag-?(?:s|list|links|box|cloud)|cat-links|"
        r"(?:next-prev|prev-next|pagination|pager))(?:[-_].*)?"
    ),
    Kind.SHORT: re.compile(
        r"(?:.*[-_])?(?:byline|dateline|timestamp|pubdate|posted-on)(?:[-_].*)?|"
        r"(?:entry|post|article|story|news)[-_]?(?:date|time|meta|author|byline|info|published)|"
        r"(?:publish(?:ed)?|updated)[-_]?(?:date|time|on)|"
        r"(?:.*[-_])?(?:author|about|writer)[-_](?:author|bio\w*|box|card|info|name|text)|"
        r"(?:.*[-_])?(?:newsletter|e?mail)[-_]?(?:sign-?up|form|box|widget|promo|subscribe)|signup|"
        r"(?:cookie|consent|gdpr)[-_]?(?:banner|bar|notice|consent|popup)|"
        r"advert(?:s|isement|ising)?|sponsored|ad-(?:slot|unit|container|wrapper|banner)"
    ),
}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "summary", "dt")
_NEVER = frozenset({"html", "body", "main", "article"})
# Told by their tag, whatever they are called.
_TAGS = frozenset({"a", "button", "nav", "header", "footer"})
_LINES = frozenset({"p", "li", "h2", "h3", "h4", "h5", "h6"})
_ROLES = frozenset({"navigation", "search", "dialog", "alertdialog", "contentinfo"})
# Addresses that share a page: the link is never the story.
_SHARES = re.compile(
    r"whatsapp:|(?:https?:)?//(?:api\.whatsapp\.com/send|(?:www\.|m\.)?facebook\.com/(?:sharer|dialog/)|"
    r"(?:www\.)?(?:twitter|x)\.com/(?:share|intent/)|(?:\w+\.)?pinterest\.com/pin/create|"
    r"(?:www\.)?linkedin\.com/(?:shareArticle|sharing)|(?:www\.)?reddit\.com/submit|t\.me/share)",
    re.IGNORECASE,
)
# What introduces links to other stories within an article.
_SEE_ALSO = re.compile(
    r"(?:related(?: (?:stories|articles|posts|story|article))?|read (?:more|also|next)|also read|"
    r"see (?:also|more)|"
    r"(?:don.t|do not) miss|you (?:may|might) also like|more (?:on this|stories)|lesen sie auch|"
    r"mehr zum thema|(?:à )?lire aussi|leggi anche|(?:lee|lea) también|leia também|lees ook|"
    r"läs också|"
    r"czytaj (?:też|także)|читайте также)\b",
    re.IGNORECASE,
)
# Of the characters of an element: what is mostly links tells nothing itself.
_MOSTLY = 0.5
# Characters: a text outside of links that is longer tells something.
_RUNNING_TEXT = 100
_MAX_SHORT_LENGTH = 600
# Characters: a repeated caption that is longer comes from a gallery shown twice.
_LONG_CAPTION = 40


def drop_boilerplate(root: Element) -> tuple[str, ...]:
    """Drop them from a page in place; notes of what had words or pictures."""
    parts: list[tuple[Element, str]] = []
    captions: list[Element] = []
    notes: Counter[str] = Counter()
    _collect(root, parts, captions)
    for element, note in parts:
        if element.getparent() is not None:
            notes[note] += bool(_size(element) or next(element.iter("img"), None) is not None)
            element.drop_tree()
    notes[_CAPTION_NOTE] += _drop_repeated_captions(captions)
    return counted(+notes)


def _collect(element: Element, parts: list[tuple[Element, str]], captions: list[Element]) -> None:
    """Add what surrounds the article below an element, and captions within the article.

    What is within a part that surrounds it is not looked at.
    """
    for child in element:
        tag = child.tag
        names, name, role = child.get("class"), child.get("id"), child.get("role")
        # Most elements of a page have no name at all.
        may_surround = names or name or role or tag in _TAGS
        if may_surround and (note := _note_on(child, tag, f"{names or ''} {name or ''}", role)):
            parts.append((child, note))
        elif tag in _LINES and _is_see_also(child):
            parts += ((one, _LINKS_NOTE) for one in (child, *_links_after(child)))
        else:
            if tag == "figcaption" or (names and "caption" in names):
                captions.append(child)
            if len(child):
                _collect(child, parts, captions)


def _note_on(element: Element, tag: str, names: str, role: str | None) -> str:
    """What is told of an element that surrounds the article; empty for any other."""
    if tag == "a":
        return _LINKS_NOTE if _SHARES.match((element.get("href") or "").strip()) else ""
    if tag == "button":
        return _BUTTON_NOTE if next(element.iterancestors(*_HEADINGS), None) is None else ""
    if tag in _NEVER:
        return ""
    kind = _kind_around(element, names)
    return _NOTES[kind] if kind else _FRAME_NOTE if _is_frame(element, tag, role) else ""


def _kind_around(element: Element, names: str) -> Kind | None:
    """The kind that its names tell, if its content is of that kind."""
    kinds = _kinds_of(names)
    if not kinds or _holds_article(element):
        return None
    return next((kind for kind in _NOTES if kind in kinds and _is_of(kind, element)), None)


def _is_of(kind: Kind, element: Element) -> bool:
    if kind is Kind.LINKS:
        return _is_only_links(element)
    return kind is Kind.COMMENTS or _size(element) <= _MAX_SHORT_LENGTH


@lru_cache(maxsize=20_000)
def _kinds_of(names: str) -> frozenset[Kind]:
    """What the class names and the id of an element tell."""
    classes = names.lower().split()
    return frozenset(
        kind for kind, pattern in _NAMES.items() if any(map(pattern.fullmatch, classes))
    )


def _is_frame(element: Element, tag: str, role: str | None) -> bool:
    """Whether it is navigation, or the header or footer of the page rather than of an article."""
    is_frame = tag == "nav" or role in _ROLES
    if tag in {"header", "footer"}:
        is_frame = is_frame or next(element.iterancestors("article", "main"), None) is None
    return is_frame and not _holds_article(element)


def _holds_article(element: Element) -> bool:
    return (
        element.get("itemprop") == "articleBody"
        or next(element.iter("h1", "article"), None) is not None
    )


def _is_only_links(element: Element) -> bool:
    links = list(element.iter("a"))
    linked = sum(len(text_in(link).strip()) for link in links)
    if linked > _MOSTLY * max(1, len("".join(text_in(element).split()))):
        return True
    return len(links) > 1 and all(
        len(text.strip()) < _RUNNING_TEXT for text in element.itertext(etree.Element)
    )


def _is_see_also(element: Element) -> bool:
    """Whether it is words such as "Related:" and links, or such a word alone."""
    text = text_in(element).strip()
    label = _SEE_ALSO.match(text)
    if not label:
        return False
    linked = sum(len(text_in(link).strip()) for link in element.iter("a"))
    return len(text) - linked <= label.end() + 3 or linked >= len(text) - 3


def _links_after(element: Element) -> Iterator[Element]:
    """The siblings after it that are one link each and nothing else."""
    for sibling in element.itersiblings(etree.Element):
        text = text_in(sibling).strip()
        linked = sum(len(text_in(link).strip()) for link in sibling.iter("a"))
        if linked < len(text) or sibling.find(".//img") is not None:
            return
        yield sibling


def _drop_repeated_captions(captions: list[Element]) -> int:
    """Galleries repeat the caption of a picture, whole and abridged; how many were dropped."""
    dropped = 0
    seen: dict[str, Element] = {}
    for part in (one for caption in captions for one in _parts_of(caption)):
        text = line_in(part)
        if len(text) < _LONG_CAPTION or part.getparent() is None:
            continue
        first = seen.setdefault(text, part)
        if first is not part and first not in part.iterancestors():
            part.drop_tree()
            dropped += 1
    return dropped


def _parts_of(caption: Element) -> list[Element]:
    return list(caption.iter(etree.Element)) if caption.tag == "figcaption" else [caption]


def _size(element: Element) -> int:
    return len("".join(text_in(element).split()))
