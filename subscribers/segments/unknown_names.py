"""Unknown topics and digests in an expression, most often misspelt."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from subscribers.segments.expressions import Comparison, Expression, tests_in
from subscribers.segments.fields import FieldType, known_field


def unknown_names(expression: Expression, known: Mapping[str, Collection[str]]) -> list[str]:
    """A sentence for each unknown name, with the nearest known one.

    Args:
        known: names of topics and digests, by field.
    """
    named = dict.fromkeys(_named(expression))
    return [
        _sentence(field, name, known[field]) for field, name in named if name not in known[field]
    ]


def _sentence(field: str, name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, known, n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    return f"There is no {field} {name!r}{meant}"


def _named(expression: Expression) -> Iterator[tuple[str, str]]:
    for test in tests_in(expression):
        if isinstance(test, Comparison) and known_field(test.field).kind is FieldType.NAMED:
            yield from ((test.field, str(value)) for value in test.values)
