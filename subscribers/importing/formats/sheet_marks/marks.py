"""What is marked in the rows of a sheet, in words."""

from collections import Counter
from collections.abc import Iterable
from colorsys import rgb_to_hls
from dataclasses import dataclass, field

STRUCK_OUT = "struck out"
# A colour of more rows than this share tells columns or stripes apart, and nobody from the others.
MAX_COLOUR_SHARE = 0.3
MAX_COMMENT_LENGTH = 500
# Hues up to these degrees.
_HUES = (
    *((20, "red"), (48, "orange"), (70, "yellow"), (165, "green")),
    *((260, "blue"), (300, "purple"), (345, "pink")),
)


@dataclass(frozen=True, kw_only=True)
class CellStyle:
    """What a style says of the cells that have it."""

    is_struck_out: bool = False
    colours: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.is_struck_out or bool(self.colours)


@dataclass(kw_only=True)
class SheetMarks:
    """The marks of a sheet, by the numbers of its rows from 1."""

    struck_out: set[int] = field(default_factory=set)
    colours: dict[int, set[str]] = field(default_factory=dict)
    comments: dict[int, list[str]] = field(default_factory=dict)

    def add_style(self, row: int, style: CellStyle) -> None:
        """Note the style of a cell of a row."""
        if style.is_struck_out:
            self.struck_out.add(row)
        if style.colours:
            self.colours.setdefault(row, set()).update(style.colours)

    def add_comment(self, row: int, pieces: Iterable[str]) -> None:
        """Note a comment on a cell of a row."""
        if text := " ".join("".join(pieces).split()):
            self.comments.setdefault(row, []).append(text[:MAX_COMMENT_LENGTH])

    def by_row(self, height: int) -> dict[int, str]:
        """What is marked in each row that has a mark.

        Args:
            height: rows of the sheet's filled part.
        """
        rows = Counter(colour for colours in self.colours.values() for colour in colours)
        telling = {colour for colour, count in rows.items() if count <= height * MAX_COLOUR_SHARE}
        marks: dict[int, list[str]] = {row: [STRUCK_OUT] for row in self.struck_out}
        for row, colours in self.colours.items():
            if marking := sorted(telling & colours):
                marks.setdefault(row, []).extend(marking)
        for row, comments in self.comments.items():
            marks.setdefault(row, []).extend(comments)
        return {row: "; ".join(each) for row, each in sorted(marks.items())}


def colour_name(rgb: str) -> str:
    """What people call a colour; empty for black, white and what is nearly so.

    Args:
        rgb: six hexadecimal digits.
    """
    try:
        red, green, blue = (byte / 255 for byte in bytes.fromhex(rgb[:6]))
    except ValueError:
        return ""
    hue, lightness, saturation = rgb_to_hls(red, green, blue)
    if lightness < 0.1 or lightness > 0.97:
        return ""
    if saturation < 0.15:
        return "grey"
    return next((name for degrees, name in _HUES if hue * 360 <= degrees), "red")
