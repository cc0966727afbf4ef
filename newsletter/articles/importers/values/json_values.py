"""JSON parsing whose errors stay within the affected record."""

import json
from typing import Any

# Digits of a 64-bit integer; Python refuses the whole text above 4300.
MAX_DIGITS = 19


def parse_json(text: str, *, strict: bool = True) -> Any:
    """The parsed JSON; a number with too many digits becomes a string.

    Args:
        strict: refuse control characters in strings, as RFC 8259 does.

    Raises:
        json.JSONDecodeError: it is not JSON.
        RecursionError: it is nested too deep.
    """
    return json.loads(text, parse_int=bounded_number, strict=strict)


def bounded_number(digits: str) -> int | str:
    """The number; its digits if they are too many."""
    return int(digits) if len(digits.lstrip("-")) <= MAX_DIGITS else digits
