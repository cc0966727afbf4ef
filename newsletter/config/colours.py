"""Colours as `#rrggbb`, and WCAG 2.2 contrast: relative luminance and ratio (1.4.3,
https://www.w3.org/TR/WCAG22/).
"""

import re

# WCAG 2.2, 1.4.3 (level AA): text smaller than 24 px, or 18.7 px bold.
READABLE = 4.5
# The same, level AAA (1.4.6).
EASILY_READABLE = 7.0
BLACK = "#000000"
WHITE = "#ffffff"
_SHORT = re.compile(r"#[0-9a-f]{3}")
_LONG = re.compile(r"#[0-9a-f]{6}")
_STEPS = 50


def parse_colour(text: str) -> str:
    """The colour in its long form, in lower case.

    Raises:
        ValueError: neither #rgb nor #rrggbb.
    """
    colour = text.strip().lower()
    if _SHORT.fullmatch(colour):
        return "#" + "".join(2 * digit for digit in colour[1:])
    if not _LONG.fullmatch(colour):
        raise ValueError("a colour is written as #rrggbb, for example #0d5a62")
    return colour


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """`share` of one colour, the rest of the other."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def readable_on(colour: str, *grounds: str, ratio: float = READABLE) -> str:
    """The colour, darkened or lightened just enough for the ratio on every ground."""
    for step in range(_STEPS + 1):
        for end in (BLACK, WHITE):
            candidate = mix(end, colour, step / _STEPS)
            if all(contrast(candidate, ground) >= ratio for ground in grounds):
                return candidate
    return max((BLACK, WHITE), key=lambda end: min(contrast(end, ground) for ground in grounds))


def words_on(ground: str, ink: str) -> str:
    """White, the ink, or black: the first that is readable on a ground."""
    return next((c for c in (WHITE, ink) if contrast(c, ground) >= READABLE), BLACK)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in _channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
