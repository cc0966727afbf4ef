"""Durations as text: "90s", "15m", "12h", "2d", "1w"."""

import re
from datetime import timedelta

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def parse_duration(value: object) -> timedelta:
    """The duration that a text such as "1h 30m" names.

    Raises:
        ValueError: not of that form.
    """
    if isinstance(value, timedelta):
        return value
    parts = re.findall(r"(\d+)\s*([smhdw])", value) if isinstance(value, str) else []
    if not parts or re.sub(r"\d+\s*[smhdw]|\s", "", str(value)):
        raise ValueError("not a duration; write a number and a unit such as 30s, 15m, 12h, 2d, 1w")
    try:
        return sum((timedelta(**{UNITS[unit]: int(n)}) for n, unit in parts), timedelta())
    except OverflowError as error:
        raise ValueError("longer than a duration may be") from error


def write_duration(value: timedelta) -> str:
    """The shortest text that `parse_duration` reads as this duration (whole seconds)."""
    left, words = int(value.total_seconds()), []
    for unit, seconds in (("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, seconds)
        if count:
            words.append(f"{count}{unit}")
    return " ".join(words) or "0s"
