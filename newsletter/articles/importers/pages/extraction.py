"""Extraction of the article from a web page: by Readability, or by the page's own markup.

Readability scores paragraphs, links and class names. Pages with too few words to score use
`articleBody`, the longest `article`, or `main`.
"""

import logging
import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from html import escape
from typing import Any, TypeAlias

from lxml import etree
from lxml import html as trees

from newsletter.articles.importers.pages.boilerplate import drop_boilerplate

Element: TypeAlias = Any
"""An lxml element; lxml ships no types."""

# Fewer characters are too few to score.
ENOUGH_CHARACTERS = 250
# If Readability keeps less than this share of the marked-up article, its result is discarded.
LEAST_SHARE = 0.2
_MAY_BE_BODIES = "//*[@itemprop or contains(@class, 'e-content')]"
BOILERPLATE_TAGS = ("nav", "script", "style", "noscript", "template", "dialog")
_CODE = ("script", "style", "link", etree.Comment, etree.ProcessingInstruction)
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
    weighed = _by_readability(root)
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


def _by_readability(root: Element) -> Element | None:
    from readability import Document
    from readability.readability import Unparseable

    class Page(Document):  # type: ignore[misc]  # untyped
        """Readability with every attribute kept: `sanitising` decides what is allowed."""

        def _parse(self, input: Element) -> Element:  # noqa: A002  # its name there
            """The tree itself: writing, parsing and cleaning it anew takes a third of the time."""
            page = deepcopy(input)
            etree.strip_elements(page, *_CODE, with_tail=False)
            # lxml makes the object of an element anew at each visit, unless it is held.
            self._held = list(page.iter())
            return page

        def remove_unlikely_candidates(self) -> None:
            """Nothing: `drop_boilerplate` did it, and looks at lengths and headings as well."""

        def get_link_density(self, elem: Element) -> float:
            """Its own collapses white space by patterns, which takes half of its time."""
            linked = sum(_size(link) for link in elem.iter("a") if link is not elem)
            return linked / max(1, _size(elem))

        def get_clean_html(self) -> str:
            return str(etree.tostring(self._html(), encoding="unicode", method="html"))

    # It logs each attempt, and errors with traceback before raising them.
    logging.getLogger("readability.readability").disabled = True
    try:
        html = Page(root).summary(html_partial=True, keep_all_images=True)
        return trees.fragment_fromstring(html, create_parent="div")
    except (Unparseable, etree.LxmlError, ValueError, AssertionError):
        return None


def _by_markup(root: Element, title: str) -> Element | None:
    """The marked-up part of the page; else its body without header, footer and navigation."""
    bodies = [e for e in root.xpath(_MAY_BE_BODIES) if _is_body(e)]
    articles = [e for e in root.iter("article") if not _is_within(e, ("nav", "aside", "footer"))]
    mains = root.xpath("//main | //*[@role='main']")
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
    is_named = "articleBody" in (element.get("itemprop") or "").split()
    return is_named or "e-content" in (element.get("class") or "").split()


def _is_within(element: Element, names: tuple[str, ...]) -> bool:
    return next(element.iterancestors(*names), None) is not None


def _has_heading(element: Element, title: str) -> bool:
    return any(_line(heading) == title for heading in element.iter(*_HEADINGS))


def _size(element: Element) -> int:
    return len(_line(element))


def _line(element: Element) -> str:
    return " ".join(element.text_content().split())


def _drop_title(part: Element, title: str) -> None:
    for heading in list(part.iter(*_HEADINGS)):
        if _line(heading) == title:
            heading.drop_tree()


def _inner(part: Element) -> str:
    children = "".join(_html_of(child) for child in part)
    return escape(part.text or "", quote=False) + children


def _html_of(element: Element) -> str:
    return str(etree.tostring(element, encoding="unicode", method="html"))


def page_title(told: str, own: str, site: str, root: Element) -> str:
    """The title of the article, without the site's name.

    Args:
        told: the title in `og:title` or similar metadata.
        own: the page's `<title>`.
        site: the site's name, if the page gives it.
    """
    headings = [_line(heading) for heading in _own_headings(root)]
    for title in filter(None, (told, own)):
        shown = without_site(title, site, headings)
        if shown != title or title in headings or told:
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
