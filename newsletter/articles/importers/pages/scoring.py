"""The article of a page by readability-lxml, its costly steps on elements instead of on texts.

Its own write the content of each `<div>` to look for blocks in it, make a text of each candidate
for the log, and parse the result anew: nearly half of its time, for the same words.
"""

import logging
from copy import deepcopy
from functools import cache
from typing import Any, TypeAlias

from lxml import etree
from lxml import html as trees

from newsletter.articles.importers.pages.element_text import line_in

Element: TypeAlias = Any
"""An lxml element; lxml ships no types."""

_CODE = ("script", "style", "link", etree.Comment, etree.ProcessingInstruction)
# Its pattern asks for the beginning of a name: `picture` is among those of `p`.
_BLOCKS = (
    "blockquote", "dl", "div", "img", "ol", "p", "param", "picture", "pre", "progress", "table",
    "ul",
)  # fmt: skip
# Candidates that are compared; the share of the best score that makes a rival; how many rivals.
_TOP_CANDIDATES, _RIVAL_SHARE, _RIVALS = 5, 0.75, 3
_INLINE = frozenset(
    {"a", "b", "cite", "code", "em", "font", "i", "small", "span", "strong", "sub", "sup", "u"}
)


def best_by_score(root: Element) -> Element | None:
    """A copy of the part with the best score and what belongs to it; None if there is none."""
    from readability.readability import Unparseable

    # It logs each attempt, and errors with traceback before raising them.
    logging.getLogger("readability.readability").disabled = True
    # A second attempt differs by `remove_unlikely_candidates` alone.
    page = _page_class()(root, retry_length=0)
    try:
        page.summary(html_partial=True, keep_all_images=True)
    except (Unparseable, etree.LxmlError, ValueError, AssertionError):
        return None
    for frame in list(page.html.iterdescendants("body")):
        frame.drop_tag()
    return page.html


@cache
def _page_class() -> Any:
    """Readability with every attribute kept: `sanitising` decides what is allowed."""
    from readability import Document

    class Page(Document):  # type: ignore[misc]  # untyped
        def _parse(self, input: Element) -> Element:  # noqa: A002  # its name there
            page = deepcopy(input)
            etree.strip_elements(page, *_CODE, with_tail=False)
            # lxml makes the object of an element anew at each visit, unless it is held.
            self._held = list(page.iter())
            return page

        def remove_unlikely_candidates(self) -> None:
            """Nothing: `drop_boilerplate` did it, and looks at lengths and headings as well."""

        def transform_misused_divs_into_paragraphs(self) -> None:
            _make_paragraphs(self.html)

        def score_paragraphs(self) -> dict[Element, dict[str, Any]]:
            return _scores(self)

        def get_link_density(self, elem: Element) -> float:
            linked = sum(_size(link) for link in elem.iter("a") if link is not elem)
            return linked / max(1, _size(elem))

        def select_best_candidate(self, candidates: Any) -> Any:
            return _widened(self, super().select_best_candidate(candidates), candidates)

        def get_preserved_elements(self, node: Element) -> dict[Element, bool]:
            tables = filter(_is_data, node.iter("table"))
            return {**super().get_preserved_elements(node), **dict.fromkeys(tables, True)}

        def get_clean_html(self) -> str:
            """Nothing: `html` is the article's tree."""
            return ""

    return Page


def _widened(
    page: Any, best: dict[str, Any] | None, candidates: dict[Element, dict[str, Any]]
) -> dict[str, Any] | None:
    """The best candidate, or what holds it and other parts of the same article."""
    if best is None:
        return None
    around = _around_data(best["elem"])
    if around is None:
        around = _around_rivals(best, candidates)
    return best if around is None else candidates.setdefault(around, page.score_node(around))


def _is_data(table: Element) -> bool:
    """Whether a table says that it has headings: its links are its content, as Mozilla reads it."""
    is_layout = table.get("role") == "presentation" or table.find(".//table") is not None
    return not is_layout and next(table.iterdescendants("th", "caption", "thead"), None) is not None


def _around_data(element: Element) -> Element | None:
    """What holds the data table that an element is of: rows are no article without the rest."""
    table = element if element.tag == "table" else next(element.iterancestors("table"), None)
    return table.getparent() if table is not None and _is_data(table) else None


def _around_rivals(
    best: dict[str, Any], candidates: dict[Element, dict[str, Any]]
) -> Element | None:
    """What holds several candidates of nearly the best score: each is a part of one article.

    By the numbers of Mozilla's own (`_grabArticle`), which readability-lxml leaves out.
    """
    enough = best["content_score"] * _RIVAL_SHARE
    ordered = sorted(candidates.values(), key=lambda one: one["content_score"], reverse=True)
    rivals = [
        set(one["elem"].iterancestors())
        for one in ordered[:_TOP_CANDIDATES]
        if one["elem"] is not best["elem"] and one["content_score"] >= enough > 0
    ]
    for ancestor in best["elem"].iterancestors():
        if ancestor.tag in {"body", "html"}:
            return None
        if sum(ancestor in ancestors for ancestors in rivals) >= _RIVALS:
            return ancestor
    return None


def _scores(page: Any) -> dict[Element, dict[str, Any]]:
    """Candidates with their scores: a paragraph counts for its parent, and half for the next."""
    candidates: dict[Element, dict[str, Any]] = {}
    for paragraph in page.tags(page.html, "p", "pre", "td", "blockquote"):
        text = line_in(paragraph)
        if len(text) < page.min_text_length:
            continue
        score = 1 + len(text.split(",")) + min(len(text) / 100, 3)
        for share, element in zip((1, 0.5), paragraph.iterancestors(), strict=False):
            if element not in candidates:
                candidates[element] = page.score_node(element)
            candidates[element]["content_score"] += score * share
    for element, candidate in candidates.items():
        score = candidate["content_score"] * (1 - page.get_link_density(element))
        # A score below 0 would drop a list for being one, which Mozilla's does not.
        candidate["content_score"] = max(score, 0)
    return candidates


def _make_paragraphs(root: Element) -> None:
    """Make a `<div>` without blocks a paragraph; put inline content of another into paragraphs."""
    divs = root.findall(".//div")
    for element in divs:
        if not _has_blocks(element):
            element.tag = "p"
    for element in divs:
        if element.tag == "div":
            _wrap_inline_children(element)
            _wrap_tails(element)


def _has_blocks(element: Element) -> bool:
    return next(element.iterdescendants(*_BLOCKS), None) is not None


def _wrap_inline_children(element: Element) -> None:
    children = list(element)
    paragraph = None
    if element.text and element.text.strip():
        paragraph = trees.Element("p")
        paragraph.text, element.text = element.text, None
        element.insert(0, paragraph)
    for child in children:
        if child.tag not in _INLINE or _has_blocks(child):
            paragraph = None
            continue
        if paragraph is None:
            paragraph = trees.Element("p")
            child.addprevious(paragraph)
        paragraph.append(child)


def _wrap_tails(element: Element) -> None:
    for place, child in reversed(list(enumerate(element))):
        if child.tail and child.tail.strip():
            paragraph = trees.Element("p")
            paragraph.text, child.tail = child.tail, None
            element.insert(place + 1, paragraph)
        if child.tag == "br":
            child.drop_tree()


def _size(element: Element) -> int:
    return len(line_in(element))
