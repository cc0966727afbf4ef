"""Sanitised HTML without elements that show nothing, and without runs of empty lines.

Site builders leave empty `<div>` and `<p>` for what only their own themes show: WordPress's dynamic
blocks (developer.wordpress.org, "Dynamic blocks"), spacers, `<p>&nbsp;</p>` of visual editors.
"""

import re

from newsletter.articles.body.urls import names_in

# HTML, 13.1.2: without an end tag. A line break or a break opportunity alone shows nothing.
_SHOWN = names_in("hr img")
_VOID = _SHOWN | names_in("br col wbr")
# Their place in the grid counts, also where they are empty.
_PLACES = names_in("colgroup tbody td tfoot th thead tr")
_BLOCKS = names_in(
    "blockquote caption dd div dl dt figcaption figure h1 h2 h3 h4 h5 h6 li ol p pre section table "
    "ul"
)
_BLANK = "(?:[\\s\u00ad\u200b-\u200f\u2060\ufeff]|&nbsp;)"
_WORDS_SHOWN = re.compile(rf"{_BLANK}*+.", re.DOTALL)
_MAY_BE_EMPTY = re.compile(rf"<[a-z][^<>]*>(?:{_BLANK}|<w?br>)*+</")
_PART = re.compile(r"<(?P<closes>/?)(?P<name>[a-z][a-z0-9]*)(?P<attributes>[^<>]*)>|[^<]+")
_MAY_BE_RUN = re.compile(r"\n\s*\n|(?:<br>\s*+){3}")
_RUN = re.compile(r"<pre\b.*?</pre>|(?:<br>\s*+){3,}|\n\s*\n\s*", re.DOTALL)


class _Open:
    """An element whose end tag is still to come.

    Args:
        start: the place of its start tag among the parts.
        is_shown: whether anything in it shows, or a link leads to it.
    """

    def __init__(self, name: str, start: int, *, is_shown: bool) -> None:
        self.name, self.start, self.is_shown = name, start, is_shown


def without_empty_elements(html: str) -> str:
    """The HTML without elements that show nothing; those that a link leads to stay.

    Args:
        html: as `nh3` serialises it: elements closed, `<` and `>` in values escaped.
    """
    if _MAY_BE_EMPTY.search(html):
        html = _emptied(html).strip()
    return _RUN.sub(_shortened, html) if _MAY_BE_RUN.search(html) else html


def _emptied(html: str) -> str:
    parts: list[str] = []
    opened = [_Open("", 0, is_shown=True)]
    for part in _PART.finditer(html):
        name = part["name"]
        if name is None:
            opened[-1].is_shown |= _WORDS_SHOWN.match(part[0]) is not None
        elif name in _VOID:
            opened[-1].is_shown |= name in _SHOWN
        elif not part["closes"]:
            has_id = ' id="' in part["attributes"]
            opened.append(_Open(name, len(parts), is_shown=has_id))
        parts.append(part[0])
        if part["closes"] and len(opened) > 1:
            element = opened.pop()
            _close(element, opened[-1], parts)
    return "".join(parts)


def _close(element: _Open, parent: _Open, parts: list[str]) -> None:
    """Take an element out if it shows nothing, else tell its parent."""
    if element.is_shown:
        parent.is_shown = True
    elif element.name in _PLACES or (element.name == "li" and parent.name == "ol"):
        return
    elif element.name in _BLOCKS:
        # What stood on both sides of it was on lines of its own.
        parts[element.start :] = ["\n"]
    else:
        parts[element.start :] = parts[element.start + 1 : -1]


def _shortened(run: re.Match[str]) -> str:
    """One empty line of several; within `<pre>` all of them."""
    if run[0].startswith("<pre"):
        return run[0]
    return "<br><br>" if run[0].startswith("<br") else "\n"
