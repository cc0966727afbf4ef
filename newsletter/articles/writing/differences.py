"""Differences between two contents of an article, for people. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from newsletter.articles.body.sanitising import text_of
from newsletter.articles.writing.content import ArticleContent

# Longer texts are compared line by line only: comparing words is quadratic.
MAX_WORDS = 400
# Lines that share less than this are shown as removed and added, not word by word.
ALIKE = 0.4
_WORDS = re.compile(r"\s+|[^\s]+")
FIELDS = {
    "title": "Title",
    "summary": "Summary",
    "author": "Author",
    "topics": "Topics",
    "image_url": "Picture",
    "canonical_url": "First published at",
}


class PartKind(StrEnum):
    """What became of a part of a text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, kw_only=True)
class Part:
    """Words that stayed, went or came."""

    kind: PartKind
    text: str


@dataclass(frozen=True, kw_only=True)
class ChangedLine:
    """One changed field, or one changed line of the text."""

    where: str
    """The field's name; empty in the text."""
    parts: tuple[Part, ...]


def differences(before: ArticleContent, after: ArticleContent) -> list[ChangedLine]:
    """Everything that differs; a change of form alone (bold, a link) is told as one line."""
    changes = [
        ChangedLine(where=label, parts=_words(_field(before, name), _field(after, name)))
        for name, label in FIELDS.items()
        if _field(before, name) != _field(after, name)
    ]
    lines = list(_lines(text_of(before.body_html), text_of(after.body_html)))
    if not lines and before.body_html != after.body_html:
        form = Part(kind=PartKind.ADDED, text="only its form: links, pictures or markup")
        lines = [ChangedLine(where="Text", parts=(form,))]
    return [*changes, *lines]


def _field(content: ArticleContent, name: str) -> str:
    value = getattr(content, name)
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _lines(before: str, after: str) -> Iterator[ChangedLine]:
    old, new = before.split("\n"), after.split("\n")
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        yield from _changed(old[a:b], new[c:d])


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[ChangedLine]:
    """Lines in the same place, word by word where they are alike."""
    for number in range(max(len(old), len(new))):
        gone = old[number] if number < len(old) else ""
        come = new[number] if number < len(new) else ""
        if gone != come:
            yield ChangedLine(where="", parts=_words(gone, come))


def _words(before: str, after: str) -> tuple[Part, ...]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    is_long = max(len(old), len(new)) > MAX_WORDS
    if is_long or not (old and new) or matcher.ratio() < ALIKE:
        whole = (Part(kind=PartKind.REMOVED, text=before), Part(kind=PartKind.ADDED, text=after))
        return tuple(part for part in whole if part.text)
    parts = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            parts.append(Part(kind=PartKind.SAME, text="".join(old[a:b])))
            continue
        parts.append(Part(kind=PartKind.REMOVED, text="".join(old[a:b])))
        parts.append(Part(kind=PartKind.ADDED, text="".join(new[c:d])))
    return tuple(part for part in parts if part.text)
