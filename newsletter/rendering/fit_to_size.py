"""Shortening of mails so that Gmail does not clip them.

Gmail shows 102 KB of a mail's HTML and hides the rest, with the imprint and the unsubscribe link,
behind "View entire message".
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from lxml import html as trees

from newsletter.rendering.article_html import inner_html

# 102 KiB of the encoded part, which is longer than its characters for Greek or Chinese.
GMAIL_CLIPS_AT_BYTES = 104_448
# Room for personal values.
ROOM_FOR_PERSONAL_BYTES = 2_000
MAX_HTML_BYTES = GMAIL_CLIPS_AT_BYTES - ROOM_FOR_PERSONAL_BYTES
SHORT_EXCERPT_CHARACTERS = 140
LONG_BODY_BYTES = 60_000
SHORT_BODY_BYTES = 6_000
# Factor of each step for a single article; the last step fits any template.
BODY_STEP = 0.9
SHORTEST_BODY_BYTES = 500
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CONTAINED = _HEADINGS | frozenset(
    {"blockquote", "dd", "div", "dl", "dt", "figure", "li", "ol", "p", "pre", "section"}
    | {"table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)
_PARSER = trees.HTMLParser(huge_tree=True, no_network=True)


Rendering = TypeVar("Rendering")


@dataclass(frozen=True, kw_only=True)
class SizePlan:
    """How much of its stories a mail contains."""

    stories: int
    """Number of stories with an excerpt; further ones are titles only."""
    shown: int
    """Number of stories listed; the rest is "n more on the web"."""
    excerpt_characters: int = 0
    """Maximum length of an excerpt; 0: unlimited."""
    body_bytes: int = 0
    """Maximum bytes of a whole article's HTML; 0: unlimited."""

    def difference(self, full: "SizePlan", count: int) -> str:
        """What is left out compared with the full plan, for the preview; empty if nothing."""
        changes = []
        if self.excerpt_characters and count > 1:
            changes.append("the excerpts were shortened")
        if self.body_bytes and count == 1:
            changes.append("the article was shortened")
        if self.stories < min(full.stories, count):
            changes.append(
                f"{min(full.stories, count) - self.stories} stories stand as titles alone"
            )
        if self.shown < count:
            changes.append(f"{count - self.shown} more are left to the web")
        return " and ".join(filter(None, [", ".join(changes[:-1]), *changes[-1:]]))


def plans(count: int, stories: int) -> Iterator[SizePlan]:
    """Ever shorter plans for `count` stories, the full one first.

    Args:
        stories: maximum number with an excerpt.
    """
    yield SizePlan(stories=stories, shown=count)
    if count == 1:
        yield from _of_one(stories)
    elif count:
        yield from _of_several(count, stories)


def _of_one(stories: int) -> Iterator[SizePlan]:
    size = MAX_HTML_BYTES
    while size > SHORTEST_BODY_BYTES:
        yield SizePlan(stories=stories, shown=1, body_bytes=size)
        size = int(size * BODY_STEP)
    short = {"excerpt_characters": SHORT_EXCERPT_CHARACTERS, "body_bytes": SHORTEST_BODY_BYTES}
    yield SizePlan(stories=1, shown=1, **short)


def _of_several(count: int, stories: int) -> Iterator[SizePlan]:
    short = {"excerpt_characters": SHORT_EXCERPT_CHARACTERS, "body_bytes": LONG_BODY_BYTES}
    fewer = [stories, stories // 2, 1]
    for number_of_stories in sorted({number for number in fewer if number}, reverse=True):
        yield SizePlan(stories=number_of_stories, shown=count, **short)
    shown = count
    short["body_bytes"] = SHORT_BODY_BYTES
    while shown > 1:
        shown = shown * 2 // 3
        yield SizePlan(stories=1, shown=shown, **short)


def largest_fitting(
    plans: Sequence[SizePlan],
    render: Callable[[SizePlan], Rendering],
    fits: Callable[[Rendering], bool],
) -> tuple[SizePlan, Rendering]:
    """The first plan whose mail fits, by binary search; else the last one."""
    rendering = render(plans[0])
    if fits(rendering):
        return plans[0], rendering
    low, high = 1, len(plans) - 1
    best: tuple[SizePlan, Rendering] | None = None
    while low <= high:
        middle = (low + high) // 2
        rendering = render(plans[middle])
        if fits(rendering):
            best, high = (plans[middle], rendering), middle - 1
        else:
            low = middle + 1
    return best or (plans[-1], rendering)


def truncate_html(html: str, limit: int) -> str:
    """The start of a body, up to about this many bytes of HTML.

    Ends between blocks if that uses more than half of the limit, else between words.
    """
    body = trees.fragment_fromstring(html, create_parent="div", parser=_PARSER)
    _Truncator(limit).cut(body)
    while len(body) and body[-1].tag in _HEADINGS and not (body[-1].tail or "").strip():
        # A trailing heading has lost its section.
        body.remove(body[-1])
    return inner_html(body)


class _Truncator:
    """Truncates a tree in document order."""

    def __init__(self, limit: int) -> None:
        self._limit = self._room = limit

    def cut(self, element: trees.HtmlElement) -> bool:
        """Truncate the content of an element; True if all of it fits."""
        element.text = self._beginning(element.text)
        is_whole = self._room > 0
        for child in list(element):
            if not is_whole:
                _remove(child)
                continue
            is_whole = self._keep(child)
        return is_whole

    def _keep(self, child: trees.HtmlElement) -> bool:
        """Keep a child and its tail text; True if both fit."""
        size = len(trees.tostring(child, encoding="utf-8", with_tail=False))
        if size <= self._room:
            self._room -= size
            child.tail = self._beginning(child.tail)
            return self._room > 0
        child.tail = None
        is_half_full = self._room < self._limit / 2
        if not (len(child) or child.text) or (is_half_full and not _holds_elements(child)):
            _remove(child)
        else:
            self.cut(child)
            if not (len(child) or (child.text or "").strip()):
                _remove(child)
        self._room = 0
        return False

    def _beginning(self, text: str | None) -> str | None:
        """The words that fit; in a script without spaces, the characters."""
        if not text:
            return text
        data = text.encode()
        if len(data) <= self._room:
            self._room -= len(data)
            return text
        beginning = data[: max(0, self._room)].decode(errors="ignore")
        self._room = 0
        words = beginning[: beginning.rfind(" ")] if " " in beginning.strip() else beginning
        return f"{words.rstrip()}…" if words.strip() else None


def _holds_elements(element: trees.HtmlElement) -> bool:
    """Whether it contains block elements rather than inline content."""
    return any(child.tag in _CONTAINED for child in element)


def _remove(element: trees.HtmlElement) -> None:
    """Remove an element with its tail text."""
    element.tail = None
    element.getparent().remove(element)
