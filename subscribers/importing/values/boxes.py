"""Boxes beside people, ticked or not: only whoever drew them knows what a tick means."""

import re

TICKED, EMPTY, CROSSED = "a ticked box", "an empty box", "a crossed box"
# Of Markdown's task lists, and of Unicode (U+2610 to U+2612, U+2713 to U+2718).
_BOX = re.compile(r"\[(?P<mark>[ xX✓✔✗✘]?)\]|\((?P<round>[ xX])\)|(?P<sign>[☐☑☒✓✔✗✘✅❌])️?")
_TICKS = frozenset("xX✓✔☑✅")
_CROSSES = frozenset("☒✗✘❌")


def box_in(text: str) -> str:
    """What the first box in a text is; empty without one."""
    box = _BOX.search(text)
    if box is None:
        return ""
    mark = box["sign"] or box["mark"] or box["round"] or ""
    return TICKED if mark in _TICKS else CROSSED if mark in _CROSSES else EMPTY


def without_boxes(text: str) -> str:
    """A text without its boxes."""
    return _BOX.sub(" ", text).strip()
