"""JSON parsing whose errors stay within the affected record."""

import json
from typing import Any

# Digits of a 64-bit integer; Python refuses the whole text above 4300.
MAX_DIGITS = 19


def parse_json(text: str) -> Any:
    """The parsed JSON; a number with too many digits becomes a string.

    Raises:
        json.JSONDecodeError: it is not JSON.
        RecursionError: it is nested too deep.
    """
    return json.loads(text, parse_int=_number)


def _number(digits: str) -> int | str:
    return int(digits) if len(digits.lstrip("-")) <= MAX_DIGITS else digits
