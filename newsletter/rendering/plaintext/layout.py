"""Plain text layout: wrapping, underlining, display width."""

from textwrap import wrap
from unicodedata import category, east_asian_width

WIDTH = 72


def wrapped(text: str, width: int = WIDTH) -> str:
    """The text wrapped at the width; a longer word or URL is not broken."""
    lines = (
        wrap(one, width, break_long_words=False, break_on_hyphens=False) or [""]
        for one in text.split("\n")
    )
    return "\n".join(line for several in lines for line in several)


def underlined(text: str, line: str = "=", width: int = WIDTH) -> str:
    """A heading, wrapped, with a line below it."""
    shown = wrapped(" ".join(text.split()), width)
    return f"{shown}\n{line * max(map(columns, shown.splitlines()), default=0)}"


def columns(text: str) -> int:
    """Display width of a line: a wide character takes two columns (UAX 11), an accent none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if category(c) in {"Mn", "Me", "Cf"} else 2 if east_asian_width(c) in {"W", "F"} else 1
        for c in text
    )


def padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))
