"""Extraction of the article from a web page: by Readability, or by the page's own markup.

Readability scores paragraphs, links and class names. Pages with too few words to score use
`articleBody`, the longest `article`, or `main`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any, TypeAlias

from lxml import etree

from newsletter.articles.importers.pages.boilerplate import drop_boilerplate
from newsletter.articles.importers.pages.element_text import line_in
from newsletter.articles.importers.pages.scoring import best_by_score

Element: TypeAlias = Any
"""An lxml element; lxml ships no types."""

# Fewer characters are too few to score.
ENOUGH_CHARACTERS = 250
# If Readability keeps less than this share of the marked-up article, its result is discarded.
LEAST_SHARE = 0.2
BOILERPLATE_TAGS = ("nav", "script", "style", "noscript", "template", "dialog")
PAGE_FRAME_TAGS = ("header", "footer", "aside", "form")
_HEADINGS = ("h1", "h2", "h3")
_OUTSIDE_NOTE = "text of the page outside its article left out"


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtractedArticle:
    """The inner HTML of a page's article, and notes of what was left out around it."""

    html: str
    notes: tuple[str, ...]


def article_of(root: Element, title: str) -> ExtractedArticle:
    """The page's article, without its own title."""
    notes = drop_boilerplate(root)
    on_page = _text_of(root.find("body"))
    marked = _by_markup(root, title)
    weighed = best_by_score(root)
    part = marked
    if weighed is not None:
        enough = _size(weighed) >= ENOUGH_CHARACTERS
        is_marked = marked is not None and marked.tag != "body"
        share = _size(weighed) / max(1, _size(marked)) if marked is not None and is_marked else 1
        if enough and share >= LEAST_SHARE:
            part = weighed
    if part is None:
        return ExtractedArticle(html="", notes=notes)
    for element in list(part.iter(*BOILERPLATE_TAGS)):
        if element.getparent() is not None:
            element.drop_tree()
    _drop_title(part, title)
    if _has_more_words(on_page, f"{_text_of(part)} {title}"):
        notes += (_OUTSIDE_NOTE,)
    return ExtractedArticle(html=_inner(part), notes=notes)


def _text_of(part: Element | None) -> str:
    return " ".join(part.itertext(etree.Element)) if part is not None else ""


def _has_more_words(text: str, kept: str) -> bool:
    """Whether a text has a word, or one of its repetitions, that is not among those kept."""
    left = Counter(kept.split())
    for word in text.split():
        if not left[word]:
            return True
        left[word] -= 1
    return False


def _by_markup(root: Element, title: str) -> Element | None:
    """The marked-up part of the page; else its body without header, footer and navigation."""
    bodies, mains = [], []
    # One look at each element: XPath takes longer to evaluate a condition on its attributes.
    for element in root.iter(etree.Element):
        if _is_body(element):
            bodies.append(element)
        elif element.tag == "main" or element.get("role") == "main":
            mains.append(element)
    articles = [e for e in root.iter("article") if not _is_within(e, ("nav", "aside", "footer"))]
    titled = [e for e in articles if _has_heading(e, title)]
    for elements in (bodies, titled, articles, mains):
        if elements:
            return max(elements, key=_size)
    body = root.find(".//body")
    if body is not None:
        for element in list(body.iter(*PAGE_FRAME_TAGS)):
            if element.getparent() is not None and not _has_heading(element, title):
                element.drop_tree()
    return body


def _is_body(element: Element) -> bool:
    """Whether schema.org or microformats.org (h-entry) markup makes it the article body."""
    kinds, names = element.get("itemprop"), element.get("class")
    is_named = kinds is not None and "articleBody" in kinds.split()
    return is_named or (names is not None and "e-content" in names.split())


def _is_within(element: Element, names: tuple[str, ...]) -> bool:
    return next(element.iterancestors(*names), None) is not None


def _has_heading(element: Element, title: str) -> bool:
    return any(line_in(heading) == title for heading in element.iter(*_HEADINGS))


def _size(element: Element) -> int:
    return len(line_in(element))


def _drop_title(part: Element, title: str) -> None:
    for heading in list(part.iter(*_HEADINGS)):
        if line_in(heading) == title:
            heading.drop_tree()


def _inner(part: Element) -> str:
    children = "".join(_html_of(child) for child in part)
    return escape(part.text or "", quote=False) + children


def _html_of(element: Element) -> str:
    return str(etree.tostring(element, encoding="unicode", method="html"))


def page_title(metadata_title: str, own: str, site: str, root: Element) -> str:
    """The title of the article, without the site's name.

    Args:
        metadata_title: the title in `og:title` or similar metadata.
        own: the page's `<title>`.
        site: the site's name, if the page gives it.
    """
    headings = [line_in(heading) for heading in _own_headings(root)]
    for title in filter(None, (metadata_title, own)):
        shown = without_site(title, site, headings)
        if shown != title or title in headings or metadata_title:
            return shown
    return next((line for line in headings if line), own)


def _own_headings(root: Element) -> Iterator[Element]:
    """Headings other than the site's name (in its header, or linking to its home page)."""
    for heading in root.iter("h1", "h2"):
        link = heading.find(".//a[@href]")
        leads_home = link is not None and re.fullmatch(
            r"(?:https?://[^/]+)?/?", link.get("href") or ""
        )
        if not leads_home and not _is_within(heading, ("nav", "aside", "footer")):
            yield heading


_SEPARATOR = re.compile(r"\s+[|\-–—:»«·•\\/>]+\s+|\s*[|»]\s*")


def without_site(title: str, site: str, headings: list[str]) -> str:
    """The title without a trailing " | Site name" or a leading "Site name: "."""
    cuts = list(_SEPARATOR.finditer(title))
    for cut in cuts:
        before, after = title[: cut.start()].strip(), title[cut.end() :].strip()
        if before and (after.casefold() == site.casefold() or before in headings):
            return before
        if after and (before.casefold() == site.casefold() or after in headings):
            return after
    if cuts and "|" in cuts[-1][0] and len(title[: cuts[-1].start()].split()) >= 3:
        return title[: cuts[-1].start()].strip()
    return title
