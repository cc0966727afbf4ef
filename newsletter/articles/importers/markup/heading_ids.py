"""Ids of Markdown headings that links of the same text point to, as generators make them. Pure.

GitHub, Hugo and Zola keep every letter and digit; kramdown (Jekyll) drops what precedes the first
letter and letters beyond ASCII. An id that is written, `## Heading {#id}`, wins.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from markdown_it.token import Token

_TARGET = re.compile(r"#([^\s)\"'<>]+)")
_WRITTEN = re.compile(r"(?:(?<![ \t])[ \t]+)?\{:?[ \t]*#(?P<id>[^\s{}]+)[^{}]*\}[ \t]*$")


def name_headings(tokens: Sequence["Token"], text: str) -> None:
    """Give the headings of a parsed text the ids that its links name."""
    targets = {unquote(target) for target in _TARGET.findall(text)}
    seen: Counter[str] = Counter()
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        names = [written] if (written := _without_written_id(inline)) else _names(inline, seen)
        chosen = next((name for name in names if name in targets), "")
        if chosen:
            opening.attrSet("id", chosen)


def _without_written_id(heading: "Token") -> str:
    """The id written at the end of a heading, which is taken out of it; empty without."""
    last = heading.children[-1] if heading.children else None
    match = _WRITTEN.search(last.content) if last is not None and last.type == "text" else None
    if last is None or match is None:
        return ""
    last.content = last.content[: match.start()]
    return match["id"]


def _names(heading: "Token", seen: Counter[str]) -> list[str]:
    """What generators make of its words; the second of the same name ends with -1."""
    children = heading.children or ()
    words = "".join(child.content for child in children if child.type in {"text", "code_inline"})
    github = re.sub(r"[^\w\s-]", "", words.strip().lower())
    kramdown = re.sub(r"[^a-z0-9\s-]", "", re.sub(r"^[^a-z]+", "", words.strip().lower()))
    names = [re.sub(r"\s", "-", name) for name in dict.fromkeys((github, kramdown)) if name]
    numbered = [f"{name}-{seen[name]}" if seen[name] else name for name in names]
    seen.update(names)
    return numbered
