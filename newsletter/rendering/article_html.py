"""The stored HTML of an article or bulletin, fit for mail programs.

What can be mended without asking anybody is mended here: pictures are no wider than the column,
counting pixels go, and an article's picture without words is marked as decoration, so that no
program reads its file's name aloud. What is doubtful is told by `linting`.
"""

import re
from itertools import islice

from lxml import html as trees

# The width of the text column of the shipped templates, in pixels.
COLUMN_PIXELS = 536
# A picture of at most so many pixels each way shows nothing; it counts who opens the mail.
COUNTING_PIXELS = 2
# libxml2 refuses what nests deeper; with it the imprint below would be lost.
DEEPEST = 100
_LENGTH = re.compile(r"\s*(\d{1,6})(?:\.\d+)?(?:px)?\s*", re.IGNORECASE)
_PARSER = trees.HTMLParser(huge_tree=True, no_network=True)


def for_mail(html: str, *, is_own: bool = False) -> str:
    """The body as a part of a mail.

    Args:
        is_own: an administrator's own words, whose pictures they can still describe.
    """
    if "<img" not in html and html.count("<") < 2 * DEEPEST:
        return html
    body = trees.fragment_fromstring(html, create_parent="div", parser=_PARSER)
    for picture in list(body.iter("img")):
        if _is_counter(picture):
            _drop(picture)
        else:
            _fit(picture)
            if not is_own and picture.get("alt") is None:
                picture.set("alt", "")
    _flatten(body)
    return inner_html(body)


def inner_html(element: trees.HtmlElement) -> str:
    """What stands inside an element."""
    source = str(trees.tostring(element, encoding="unicode"))
    return source[source.index(">") + 1 : source.rindex("</")]


def _is_counter(picture: trees.HtmlElement) -> bool:
    sizes = (_pixels(picture.get("width")), _pixels(picture.get("height")))
    return (
        any(size is not None and size <= COUNTING_PIXELS for size in sizes)
        and not (picture.get("alt") or "").strip()
    )


def _drop(picture: trees.HtmlElement) -> None:
    """Take a picture out, with the links and paragraphs that held nothing else."""
    parent = picture.getparent()
    picture.drop_tree()
    while parent is not None and parent.getparent() is not None:
        if len(parent) or parent.text_content().strip():
            return
        parent, emptied = parent.getparent(), parent
        emptied.drop_tree()


def _fit(picture: trees.HtmlElement) -> None:
    """Cap the width where it is given: Outlook obeys the attribute, not the style sheet."""
    width, height = _pixels(picture.get("width")), _pixels(picture.get("height"))
    for name, size in (("width", width), ("height", height)):
        if picture.get(name) is not None and size is None:
            del picture.attrib[name]
    if width is None:
        # A height alone would squeeze a picture that the column narrows.
        picture.attrib.pop("height", None)
        return
    if width > COLUMN_PIXELS:
        picture.set("width", str(COLUMN_PIXELS))
        if height is not None:
            picture.set("height", str(max(1, round(height * COLUMN_PIXELS / width))))
    picture.set("style", "height: auto")


def _pixels(text: str | None) -> int | None:
    """A length as HTML's attributes have it; None for percentages and what is none."""
    found = _LENGTH.fullmatch(text or "")
    return int(found[1]) if found else None


def _flatten(body: trees.HtmlElement) -> None:
    """Take out elements that nest too deep, and keep what they hold."""
    for element in [e for e in body.iterdescendants() if _is_too_deep(e)]:
        element.drop_tag()


def _is_too_deep(element: trees.HtmlElement) -> bool:
    """Whether it holds others, and has more ancestors than mail programs and parsers follow."""
    if not isinstance(element.tag, str) or not len(element):
        return False
    return next(islice(element.iterancestors(), DEEPEST, None), None) is not None
