"""What is marked in the rows of a sheet, in words."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from colorsys import rgb_to_hls
from dataclasses import dataclass, field
from enum import IntEnum

from subscribers.importing.formats.table import Rows
from subscribers.importing.values.remarks import REMARK_SEPARATOR

STRUCK_OUT = "struck out"
# Somebody's old telephone may be, or, where most are, whoever is entered already.
PARTLY_STRUCK_OUT = "partly struck out"
MOSTLY_STRUCK_OUT = "struck out, as most are"
MAX_STRUCK_SHARE = 0.5
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


class StruckText(IntEnum):
    """How much of a cell's text is struck out."""

    NOTHING = 0
    PARTLY = 1
    WHOLE = 2

    @classmethod
    def of(cls, runs: Iterable[tuple[str, bool]]) -> "StruckText":
        """
        Args:
            runs: the texts of a cell, each with whether it is struck out.
        """
        struck = {is_struck for text, is_struck in runs if text.strip()}
        if True not in struck:
            return cls.NOTHING
        return cls.PARTLY if False in struck else cls.WHOLE


@dataclass(kw_only=True)
class SheetMarks:
    """The marks of a sheet, by the numbers of its rows from 1."""

    struck_out: dict[int, set[int]] = field(default_factory=dict)
    """Numbers of columns from 1."""
    partly_struck_out: set[int] = field(default_factory=set)
    """Rows with a cell of which some words are struck out."""
    colours: dict[int, set[str]] = field(default_factory=dict)
    comments: dict[int, list[str]] = field(default_factory=dict)

    def add_style(self, row: int, column: int, style: CellStyle) -> None:
        """Note the style of a cell."""
        if style.is_struck_out:
            self.struck_out.setdefault(row, set()).add(column)
        if style.colours:
            self.colours.setdefault(row, set()).update(style.colours)

    def add_struck_text(self, row: int, column: int, text: StruckText) -> None:
        """Note how much of a cell's text is struck out."""
        if text is StruckText.WHOLE:
            self.struck_out.setdefault(row, set()).add(column)
        elif text is StruckText.PARTLY:
            self.partly_struck_out.add(row)

    def add_comment(self, row: int, comment: str) -> None:
        """Note a comment on a cell of a row."""
        if text := " ".join(comment.split()):
            self.comments.setdefault(row, []).append(text[:MAX_COMMENT_LENGTH])

    def by_row(self, rows: Rows, height: int) -> dict[int, str]:
        """What is marked in each row that has a mark.

        Args:
            rows: reads those of the sheet.
            height: how many these are.
        """
        counts = Counter(colour for colours in self.colours.values() for colour in colours)
        telling = {colour for colour, count in counts.items() if count <= height * MAX_COLOUR_SHARE}
        marks = {row: [text] for row, text in self._struck_out(rows, height).items()}
        for row, colours in self.colours.items():
            if marking := sorted(telling & colours):
                marks.setdefault(row, []).extend(marking)
        for row, comments in self.comments.items():
            marks.setdefault(row, []).extend(comments)
        return {row: REMARK_SEPARATOR.join(each) for row, each in sorted(marks.items())}

    def _struck_out(self, rows: Rows, height: int) -> Mapping[int, str]:
        """The rows with a struck-out cell: is it their person or only something about them?"""
        marks = {
            number: STRUCK_OUT if _is_person(row, self.struck_out[number]) else PARTLY_STRUCK_OUT
            for number, row in enumerate(rows() if self.struck_out else (), start=1)
            if number in self.struck_out and any(row)
        }
        is_usual = list(marks.values()).count(STRUCK_OUT) > height * MAX_STRUCK_SHARE
        partly = dict.fromkeys(self.partly_struck_out, PARTLY_STRUCK_OUT)
        return {**partly, **(dict.fromkeys(marks, MOSTLY_STRUCK_OUT) if is_usual else marks)}


def _is_person(row: Sequence[str], columns: Iterable[int]) -> bool:
    """Whether the cells in these columns hold the address, or at least half of what is there."""
    cells = [row[column - 1] for column in columns if column <= len(row) and row[column - 1]]
    return any("@" in cell for cell in cells) or len(cells) * 2 >= sum(map(bool, row))


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
