"""Month names in the languages of the Unicode CLDR, from Babel.

Loaded when a name is not English.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from unicodedata import normalize

from babel import Locale

_SHORT = "jan feb mar apr may jun jul aug sep oct nov dec"
_LONG = "january february march april may june july august september october november december"
_ENGLISH: Mapping[str, int] = MappingProxyType(
    {
        **{name: number for number, name in enumerate(_SHORT.split(" "), start=1)},
        **{name: number for number, name in enumerate(_LONG.split(" "), start=1)},
        "sept": 9,
    }
)
# Of several languages that share a name, the first listed wins.
_LANGUAGES = (
    "en de fr es it nl pl pt ru uk cs sk sv da nb nn fi et lv lt hu ro bg el tr ca eu gl cy ga gd "
    "is mt sq sl hr sr bs mk be hy ka az kk uz he ar fa ur hi bn mr ta te th vi id ms af sw"
)


def month_of(name: str) -> int | None:
    """The month's number; None if no language has this name."""
    word = _folded(name)
    return _ENGLISH.get(word) or (_foreign().get(word) if word else None)


def _folded(name: str) -> str:
    return re.sub(r"[.\u200e\u200f]", "", normalize("NFC", name).casefold()).strip()


@cache
def _foreign() -> Mapping[str, int]:
    names: dict[str, int] = {}
    for language in _LANGUAGES.split(" "):
        for name, number in _names(language):
            names.setdefault(_folded(name), number)
    return names


def _names(language: str) -> Iterator[tuple[str, int]]:
    """Format and stand-alone forms, long and short."""
    for forms in Locale(language).months.values():
        for width in ("wide", "abbreviated"):
            for number, name in forms[width].items():
                if not name.isdigit():
                    yield name, number
