"""The author that a page shows to its readers, where its metadata names none."""

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from newsletter.articles.importers.base import one_line
from newsletter.articles.importers.pages.page_metadata import is_aside

Element: TypeAlias = Any
"""An lxml element; lxml ships no types."""

_BY = re.compile(
    r"(?:(?:written|posted|published|story|report|text) )?by[ :]+|(?:von|par|por|di|door|av|af) |"
    r"(?:author|autor|auteur|autore|forfatter)\s*: *",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?<!\s)\s*+(?:(?<=\s)(?:(?:on|in|at|for|am|le|el|il|op|den)\s|-\s|\d)|[|·•–—,(/])",
    re.IGNORECASE,
)
_CLASS = re.compile(r"(?:.*[-_])?(?:byline|author)(?:[-_]name)?", re.IGNORECASE)
_MAY_BE_BYLINE = re.compile("byline|author", re.IGNORECASE)
MAX_NAME_LENGTH = 60
MAX_WORDS = 6


def author_on_page(root: Element) -> str:
    """The name in the page's markup (schema.org, microformats.org), else in a line "By …"."""
    return next(filter(None, (*_marked(root), *_by_lines(root))), "")


def _marked(root: Element) -> Iterator[str]:
    for element in root.xpath("descendant::*[@itemprop or @rel or contains(@class, 'p-author')]"):
        is_author = (
            "author" in (element.get("itemprop") or "").split()
            or "author" in (element.get("rel") or "").split()
            or "p-author" in (element.get("class") or "").split()
        )
        if is_author and element.tag not in {"link", "meta"} and not is_aside(element):
            named = element.find(".//*[@itemprop='name']")
            yield _name(_BY.sub("", _line(named if named is not None else element), count=1))


def _by_lines(root: Element) -> Iterator[str]:
    for element in root.iter("address", "div", "p", "span", "a", "em", "li"):
        names = f"{element.get('class') or ''} {element.get('id') or ''}"
        if _MAY_BE_BYLINE.search(names) is None:
            continue
        if any(map(_CLASS.fullmatch, names.split())) and not is_aside(element):
            line = _line(element)
            if by := _BY.match(line):
                yield _name(line[by.end() :])


def _name(written: str) -> str:
    """The name at the start of a line; empty if it can hardly be one."""
    name = _AFTER.split(written, maxsplit=1)[0].strip(" .:-–—")
    is_name = 2 <= len(name) <= MAX_NAME_LENGTH and len(name.split()) <= MAX_WORDS
    return name if is_name and not re.search(r"[\d@<>]|https?:", name) else ""


def _line(element: Element) -> str:
    return one_line(element.text_content()[:500])
