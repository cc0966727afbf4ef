"""How much of each story a mail tells: everything, or less where it would be too long.

Gmail shows no more than 102 KB of a mail's HTML and hides the rest, with the imprint and the link
to leave at its foot, behind "View entire message".
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from lxml import html as trees

from newsletter.rendering.article_html import inner_html

# 102 KiB, reckoned of the encoded part: in Greek or Chinese that is more than its characters.
GMAIL_CLIPS_AT_BYTES = 104_448
# What a person's name and addresses may add to the compiled mail.
ROOM_FOR_PERSONAL_BYTES = 2_000
LARGEST_HTML_BYTES = GMAIL_CLIPS_AT_BYTES - ROOM_FOR_PERSONAL_BYTES
SHORT_EXCERPT_CHARACTERS = 140
LONG_BODY_BYTES = 60_000
SHORT_BODY_BYTES = 6_000
# Of a single article: so much less at each step, down to a last one that fits any template.
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
    """How much a mail tells."""

    stories: int
    """How many are told with an excerpt; the others stand as titles."""
    shown: int
    """How many are named at all; the others are "n more on the web"."""
    excerpt_characters: int = 0
    """How long an excerpt is at most; 0: as it was written."""
    body_bytes: int = 0
    """How much of a whole article's HTML is told; 0: all of it."""

    def difference(self, full: "SizePlan", count: int) -> str:
        """What was left out, for the preview; empty where nothing was."""
        told = []
        if self.excerpt_characters and count > 1:
            told.append("the excerpts were shortened")
        if self.body_bytes and count == 1:
            told.append("the article was shortened")
        if self.stories < min(full.stories, count):
            told.append(f"{min(full.stories, count) - self.stories} stories stand as titles alone")
        if self.shown < count:
            told.append(f"{count - self.shown} more are left to the web")
        return " and ".join(filter(None, [", ".join(told[:-1]), *told[-1:]]))


def plans(count: int, stories: int) -> Iterator[SizePlan]:
    """Ever shorter ways to tell `count` stories, the full one first.

    Args:
        stories: how many are told with an excerpt where there is room.
    """
    yield SizePlan(stories=stories, shown=count)
    if count == 1:
        yield from _of_one(stories)
    elif count:
        yield from _of_several(count, stories)


def _of_one(stories: int) -> Iterator[SizePlan]:
    size = LARGEST_HTML_BYTES
    while size > SHORTEST_BODY_BYTES:
        yield SizePlan(stories=stories, shown=1, body_bytes=size)
        size = int(size * BODY_STEP)
    short = {"excerpt_characters": SHORT_EXCERPT_CHARACTERS, "body_bytes": SHORTEST_BODY_BYTES}
    yield SizePlan(stories=1, shown=1, **short)


def _of_several(count: int, stories: int) -> Iterator[SizePlan]:
    short = {"excerpt_characters": SHORT_EXCERPT_CHARACTERS, "body_bytes": LONG_BODY_BYTES}
    fewer = [stories, stories // 2, 1]
    for told in sorted({number for number in fewer if number}, reverse=True):
        yield SizePlan(stories=told, shown=count, **short)
    shown = count
    short["body_bytes"] = SHORT_BODY_BYTES
    while shown > 1:
        shown = shown * 2 // 3
        yield SizePlan(stories=1, shown=shown, **short)


def largest_fitting(
    ways: Sequence[SizePlan],
    tell: Callable[[SizePlan], Rendering],
    fits: Callable[[Rendering], bool],
) -> tuple[SizePlan, Rendering]:
    """The first plan whose mail fits, found by halving; the last one where none does."""
    told = tell(ways[0])
    if fits(told):
        return ways[0], told
    low, high = 1, len(ways) - 1
    best: tuple[SizePlan, Rendering] | None = None
    while low <= high:
        middle = (low + high) // 2
        told = tell(ways[middle])
        if fits(told):
            best, high = (ways[middle], told), middle - 1
        else:
            low = middle + 1
    return best or (ways[-1], told)


def truncate_html(html: str, limit: int) -> str:
    """The beginning of a body, in at most about so many bytes of HTML; what it begins with stays.

    It ends between blocks where more than half of the room is used by then, else between words.
    """
    body = trees.fragment_fromstring(html, create_parent="div", parser=_PARSER)
    _Cutter(limit).cut(body)
    while len(body) and body[-1].tag in _HEADINGS and not (body[-1].tail or "").strip():
        # A heading promises what is not there any more.
        body.remove(body[-1])
    return inner_html(body)


class _Cutter:
    """Leaves of a tree what has room, in the order of the text."""

    def __init__(self, limit: int) -> None:
        self._limit = self._room = limit

    def cut(self, element: trees.HtmlElement) -> bool:
        """Shorten the content of an element; whether all of it has room."""
        element.text = self._beginning(element.text)
        is_whole = self._room > 0
        for child in list(element):
            if not is_whole:
                _remove(child)
                continue
            is_whole = self._keep(child)
        return is_whole

    def _keep(self, child: trees.HtmlElement) -> bool:
        """Keep a child and the text after it; whether both have room."""
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
        """As many words as have room; all characters of a script without spaces are words."""
        if not text:
            return text
        data = text.encode()
        if len(data) <= self._room:
            self._room -= len(data)
            return text
        kept = data[: max(0, self._room)].decode(errors="ignore")
        self._room = 0
        words = kept[: kept.rfind(" ")] if " " in kept.strip() else kept
        return f"{words.rstrip()}…" if words.strip() else None


def _holds_elements(element: trees.HtmlElement) -> bool:
    """Whether it holds blocks of its own rather than the words of one."""
    return any(child.tag in _CONTAINED for child in element)


def _remove(element: trees.HtmlElement) -> None:
    """Take an element out with the text after it."""
    element.tail = None
    element.getparent().remove(element)
