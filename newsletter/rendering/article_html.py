"""Article HTML made suitable for mail clients.

Fixes what needs no decision: pictures fit the column, tracking pixels are removed, and a picture
without alt in an article is marked as decorative, so that screen readers do not read its file name.
Everything doubtful is reported by `linting`.
"""

import re
from itertools import islice

from lxml import html as trees

# Width of the text column of the shipped templates, in pixels.
COLUMN_PIXELS = 536
# Pictures up to this size each way are tracking pixels.
TRACKING_PIXELS = 2
# libxml2 refuses deeper nesting, which would lose the imprint below.
DEEPEST = 100
_LENGTH = re.compile(r"\s*(\d{1,6})(?:\.\d+)?(?:px)?\s*", re.IGNORECASE)
_PARSER = trees.HTMLParser(huge_tree=True, no_network=True)


def for_mail(html: str, *, is_own: bool = False) -> str:
    """The body as part of a mail.

    Args:
        is_own: an administrator's own text, for whose pictures they can still write an alt.
    """
    if "<img" not in html and html.count("<") < 2 * DEEPEST:
        return html
    body = trees.fragment_fromstring(html, create_parent="div", parser=_PARSER)
    for picture in list(body.iter("img")):
        if _is_tracking_pixel(picture):
            _drop(picture)
        else:
            _fit(picture)
            if not is_own and picture.get("alt") is None:
                picture.set("alt", "")
    _flatten(body)
    return inner_html(body)


def inner_html(element: trees.HtmlElement) -> str:
    """The HTML inside an element."""
    source = str(trees.tostring(element, encoding="unicode"))
    return source[source.index(">") + 1 : source.rindex("</")]


def _is_tracking_pixel(picture: trees.HtmlElement) -> bool:
    sizes = (_pixels(picture.get("width")), _pixels(picture.get("height")))
    return (
        any(size is not None and size <= TRACKING_PIXELS for size in sizes)
        and not (picture.get("alt") or "").strip()
    )


def _drop(picture: trees.HtmlElement) -> None:
    """Remove a picture, with the links and paragraphs that contain nothing else."""
    parent = picture.getparent()
    picture.drop_tree()
    while parent is not None and parent.getparent() is not None:
        if len(parent) or parent.text_content().strip():
            return
        parent, emptied = parent.getparent(), parent
        emptied.drop_tree()


def _fit(picture: trees.HtmlElement) -> None:
    """Cap the width attribute: Outlook obeys it rather than the style sheet."""
    width, height = _pixels(picture.get("width")), _pixels(picture.get("height"))
    for name, size in (("width", width), ("height", height)):
        if picture.get(name) is not None and size is None:
            del picture.attrib[name]
    if width is None:
        # A fixed height would distort a picture that the column narrows.
        picture.attrib.pop("height", None)
        return
    if width > COLUMN_PIXELS:
        picture.set("width", str(COLUMN_PIXELS))
        if height is not None:
            picture.set("height", str(max(1, round(height * COLUMN_PIXELS / width))))
    picture.set("style", "height: auto")


def _pixels(text: str | None) -> int | None:
    """A length attribute in pixels; None for percentages and invalid values."""
    match = _LENGTH.fullmatch(text or "")
    return int(match[1]) if match else None


def _flatten(body: trees.HtmlElement) -> None:
    """Unwrap elements that nest too deep."""
    for element in [e for e in body.iterdescendants() if _is_too_deep(e)]:
        element.drop_tag()


def _is_too_deep(element: trees.HtmlElement) -> bool:
    """Whether it has child elements and more ancestors than mail clients and parsers support."""
    if not isinstance(element.tag, str) or not len(element):
        return False
    return next(islice(element.iterancestors(), DEEPEST, None), None) is not None
