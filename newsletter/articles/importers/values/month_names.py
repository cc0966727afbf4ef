"""Month names in the languages of the Unicode CLDR.

From a table that `scripts/month_names.py` makes of Babel's: to read Babel's own takes half a
second and the memory of sixty languages, again in each process that parses a feed (decision 227).
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from unicodedata import normalize

TABLE = Path(__file__).with_name("month_names.tsv")
_SHORT = "jan feb mar apr may jun jul aug sep oct nov dec"
_LONG = "january february march april may june july august september october november december"
_ENGLISH: Mapping[str, int] = {
    **{name: number for number, name in enumerate(_SHORT.split(" "), start=1)},
    **{name: number for number, name in enumerate(_LONG.split(" "), start=1)},
    "sept": 9,
}


def month_of(name: str) -> int | None:
    """The month's number; None if no language has this name."""
    word = folded(name)
    return _ENGLISH.get(word) or (_foreign().get(word) if word else None)


def folded(name: str) -> str:
    """The name as the table has it: without case, full stops and marks of direction."""
    return re.sub(r"[.\u200e\u200f]", "", normalize("NFC", name).casefold()).strip()


@cache
def _foreign() -> Mapping[str, int]:
    months = TABLE.read_text(encoding="utf-8").splitlines()
    return {name: number for number, line in enumerate(months, 1) for name in line.split("\t")}
