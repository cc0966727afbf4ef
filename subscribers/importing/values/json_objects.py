"""Cells with a JSON object: the attributes of a person in listmonk, Keila, Buttondown."""

import json
from functools import lru_cache

from newsletter.errors import InvalidInput
from subscribers.importing.values.cells import one_line
from subscribers.importing.values.states import HAS_LEFT
from subscribers.importing.values.stems import ASIDE_STEMS, LEAVING_STEMS, has_stem
from subscribers.importing.values.vocabulary import is_nothing, leaving_of, states_leaving
from subscribers.importing.values.word_folding import folded


def attributes_of(text: str) -> dict[str, str]:
    """The values by name, each on one line.

    Raises:
        InvalidInput: no object in JSON.
    """
    if is_nothing(text):
        return {}
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise InvalidInput(
            f"the attributes {text[:40]!r} are no object in JSON; mend them, or pass the column "
            "over with --column ignored=…"
        )
    plain = ((one_line(name), _plain(value)) for name, value in parsed.items())
    return {name: value for name, value in plain if name and value}


@lru_cache(maxsize=4096)
def may_tell_leaving(text: str) -> bool:
    """Whether an object may say that somebody left: by a value, or a yes or date of leaving."""
    try:
        attributes = attributes_of(text)
    except InvalidInput:
        return False
    return any(
        states_leaving(value)
        or (_is_of_leaving(folded(name)) and leaving_of(value, {}) in HAS_LEFT)
        for name, value in attributes.items()
    )


def _is_of_leaving(name: str) -> bool:
    return has_stem(name, LEAVING_STEMS) and not has_stem(name, ASIDE_STEMS)


def _plain(value: object) -> str:
    if value is None:
        return ""
    return one_line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
