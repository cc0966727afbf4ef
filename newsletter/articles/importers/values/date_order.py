"""The order of day and month in a source's numeric dates: 25/04/2019 decides 03/04/2019. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

BY_NUMBERS = r"(?P<a>\d{1,2})(?P<mark>[/.-])(?P<b>\d{1,2})[/.-](?P<year>\d{4}|\d{2})"
_AT_START = re.compile(rf"\s*{BY_NUMBERS}(?!\d)")


@dataclass(frozen=True, kw_only=True, slots=True)
class DateOrder:
    """The order that a date shows which is valid in one order only."""

    is_day_first: bool
    shown_by: str

    @property
    def reading(self) -> str:
        """The assumption about an ambiguous date, for the administrator."""
        order = "day before month" if self.is_day_first else "month before day"
        return f"{order}, as in {self.shown_by}"


def is_ambiguous(match: re.Match[str]) -> bool:
    """Whether both orders are valid and different; dots with a whole year imply the day first."""
    first, second = int(match["a"]), int(match["b"])
    by_dots = match["mark"] == "." and len(match["year"]) == 4
    return first <= 12 and second <= 12 and first != second and not by_dots


def has_ambiguous(text: str) -> bool:
    """Whether an ambiguous date may stand in the text: a reason to look for the order."""
    return any(map(is_ambiguous, re.finditer(rf"(?<!\d){BY_NUMBERS}(?!\d)", text)))


def order_of(dates: Iterable[object]) -> DateOrder | None:
    """The order of a source's dates; None if none of them shows it, or they show both."""
    shown: dict[bool, str] = {}
    for written in dates:
        match = _AT_START.match(written) if isinstance(written, str) else None
        if match and (int(match["a"]) > 12) != (int(match["b"]) > 12):
            shown.setdefault(int(match["a"]) > 12, match[0].strip())
    if len(shown) != 1:
        return None
    is_day_first, date = shown.popitem()
    return DateOrder(is_day_first=is_day_first, shown_by=date)
