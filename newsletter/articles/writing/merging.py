"""Joining two contents of an article, field by field and block by block of the text. Pure."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise, zip_longest
from typing import Any

from newsletter.articles.body.sanitising import text_of
from newsletter.articles.writing.content import ArticleContent
from newsletter.articles.writing.differences import FIELDS

# HTML, section 13.1.2: elements without an end tag.
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())  # noqa: SIM905
# Not by an HTML parser: an unsaved text may be any, and this one takes time in proportion to it.
_TAG = re.compile(
    r"""<(?P<is_end>/?)(?P<name>[a-z][a-z0-9-]*)(?:[^<>"']|"[^"<]*"|'[^'<]*')*?(?P<is_empty>/?)>""",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A place where both differ."""

    name: str
    """A field, or "block-3"."""
    where: str
    """The field's name; empty in the text."""
    stored: str
    """Plain text of what the article has; empty: nothing."""
    own: str

    @property
    def is_of_form(self) -> bool:
        """Whether the words are the same, and links, pictures or markup differ."""
        return self.stored == self.own


@dataclass(frozen=True, kw_only=True)
class _Piece:
    """Blocks that stand in the same place of both texts."""

    stored: str
    own: str
    is_same: bool
    is_certain: bool
    """Whether they are the same place; a guess where several blocks became more or fewer."""


def choices(stored: ArticleContent, own: ArticleContent) -> list[Difference]:
    """Every place where the two differ, in the order of the page."""
    fields = [
        Difference(
            name=name,
            where=label,
            stored=_shown(getattr(stored, name)),
            own=_shown(getattr(own, name)),
        )
        for name, label in FIELDS.items()
        if getattr(stored, name) != getattr(own, name)
    ]
    blocks = [
        Difference(name=name, where="", stored=text_of(piece.stored), own=text_of(piece.own))
        for name, piece in _named(stored, own)
        if not piece.is_same
    ]
    return [*fields, *blocks]


def merged(stored: ArticleContent, own: ArticleContent, kept: Collection[str]) -> ArticleContent:
    """One's own words, but for the places that are kept as the article has them.

    Args:
        kept: names of `Choice`.
    """
    body = "".join(
        piece.stored if piece.is_same or name in kept else piece.own
        for name, piece in _named(stored, own)
    )
    fields: dict[str, Any] = {name: getattr(stored, name) for name in FIELDS if name in kept}
    return replace(own, body_html=body, **fields)


def only_theirs(base: ArticleContent, stored: ArticleContent, own: ArticleContent) -> set[str]:
    """The places that certainly only the article was changed in since both began.

    Args:
        base: what both began with.
    """
    fields = {name for name in FIELDS if getattr(own, name) == getattr(base, name)}
    old = {block.strip() for block in blocks_of(base.body_html)}
    blocks = {
        name
        for name, piece in _named(stored, own)
        if piece.is_certain
        and (piece.own.strip() in old if piece.own else piece.stored.strip() not in old)
    }
    return fields | blocks


def blocks_of(html: str) -> list[str]:
    """The outermost elements of a text, which make it again when they are joined."""
    return [html[begin:end] for begin, end in pairwise([0, *_ends(html), len(html)])]


def _named(stored: ArticleContent, own: ArticleContent) -> Iterator[tuple[str, _Piece]]:
    for number, piece in enumerate(_pieces(blocks_of(stored.body_html), blocks_of(own.body_html))):
        yield f"block-{number}", piece


def _pieces(old: Sequence[str], new: Sequence[str]) -> Iterator[_Piece]:
    before_keys, after_keys = ([block.strip() for block in side] for side in (old, new))
    matcher = SequenceMatcher(None, before_keys, after_keys, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        for before, after in zip_longest(old[a:b], new[c:d], fillvalue=""):
            is_certain = tag != "replace" or b - a == d - c
            yield _Piece(stored=before, own=after, is_same=tag == "equal", is_certain=is_certain)


def _shown(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _ends(html: str) -> Iterator[int]:
    """Where outermost elements end."""
    depth = 0
    for tag in _TAG.finditer(html):
        if tag["name"].lower() not in VOID and not tag["is_empty"]:
            depth = max(0, depth + (-1 if tag["is_end"] else 1))
        if depth == 0:
            yield tag.end()
