"""JSON whose oddities stay within the record that has them."""

import json
from typing import Any

# As many digits as a number of a database has; Python refuses the whole text above 4300.
MOST_DIGITS = 19


def parse_json(text: str) -> Any:
    """The values of a text; a number with more digits than any use has is taken as text.

    Raises:
        json.JSONDecodeError: it is not JSON.
        RecursionError: it is nested too deep.
    """
    return json.loads(text, parse_int=_number)


def _number(digits: str) -> int | str:
    return int(digits) if len(digits.lstrip("-")) <= MOST_DIGITS else digits
