"""Lists of objects within a JSON object: the addresses of a person, their lists and statuses."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from subscribers.importing.values.cells import is_address
from subscribers.importing.values.headings import ROLES
from subscribers.importing.values.stems import LEAVING_STEMS, has_stem
from subscribers.importing.values.word_folding import folded

# Nested objects kept whole: a person's attributes.
WHOLE = frozenset({"attributes", "metadata", "attribs"})
_OF_VALUE = frozenset({"value", "address", *ROLES["address"]})
_PRIMARY = frozenset({"primary", "is primary", "preferred", "is preferred", "default", "main"})
# Lists so named hold addresses of the person: no friends of theirs, no mailing lists.
_OF_ADDRESSES = re.compile(
    r"(?!.*\b(?:lists?|sent)\b).*(?:e ?mail|addr|adres|courriel|correo|e ?post)"
)
_KIND = frozenset({"type", "label", "kind"})


def addresses_of(key: str, value: Any) -> list[str]:
    """The addresses in a list of them or of objects that hold one; the primary first.

    Empty for a list of anything else, or of others' addresses by its key.
    """
    if not isinstance(value, list) or not _is_of_addresses(folded(key)):
        return []
    pairs = [(_address_of(each), each) for each in value]
    ranked = sorted((pair for pair in pairs if pair[0]), key=lambda pair: not _is_primary(pair[1]))
    return [address for address, _ in ranked]


def addresses_by_key(record: Mapping[str, Any], before: str = "") -> dict[str, int]:
    """How many addresses each list of them in an object has, by key path."""
    counts: dict[str, int] = {}
    for key, value in record.items():
        if isinstance(value, dict) and key not in WHOLE and not before:
            counts |= addresses_by_key(value, f"{key} ")
        elif addresses := addresses_of(key, value):
            counts[f"{before}{key}"] = len(set(addresses))
    return counts


def states_of(name: str, objects: Sequence[Any]) -> dict[str, str]:
    """What a list of objects says of statuses and of leaving, by column."""
    people = [each for each in objects if isinstance(each, dict)]
    counts = {}
    for key in sorted({key for each in people for key in each}):
        values = sorted({text_of(each.get(key)) for each in people})
        if "status" in key or "state" in key:
            counts[f"{name} {key}"] = "; ".join(values)
        elif has_stem(folded(key), LEAVING_STEMS):
            # Of an array the worst counts.
            counts[f"{name} {key}"] = values[0] if len(values) == 1 else json.dumps(values)
    return counts


def text_of(value: Any) -> str:
    """A value as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _is_of_addresses(key: str) -> bool:
    return key in ROLES["address"] or _OF_ADDRESSES.match(key) is not None


def _address_of(each: Any) -> str:
    if isinstance(each, str):
        return each.strip() if is_address(each) else ""
    if not isinstance(each, dict):
        return ""
    texts = (value for key, value in each.items() if folded(key) in _OF_VALUE)
    return next((text.strip() for text in texts if isinstance(text, str) and is_address(text)), "")


def _is_primary(each: Any) -> bool:
    """Whether an object is marked as the primary one; Google marks it in its metadata."""
    if not isinstance(each, dict):
        return False
    return any(
        (folded(key) in _PRIMARY and text_of(value).casefold() in {"true", "1", "yes"})
        or (folded(key) in _KIND and folded(text_of(value)) in _PRIMARY)
        or (key == "metadata" and _is_primary(value))
        for key, value in each.items()
    )
