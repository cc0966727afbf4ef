"""The form of a segment: rows of conditions in blocks, read from what was sent and shown again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsletter.console.frame.presentation.forms import FormErrors, sentence
from newsletter.errors import InvalidInput
from subscribers.segments.conditions import (
    WITHOUT_VALUE,
    ConditionRow,
    Conditions,
    Joiner,
    RowTest,
    conditions_of,
    text_of,
)
from subscribers.segments.fields import ATTRIBUTE
from subscribers.segments.parsing import parse

# Enough for any expression of the longest text.
MAX_BLOCKS, MAX_ROWS = 40, 20
FIELDS: Mapping[str, str] = {
    "topic": "Topic",
    "digest": "Digest",
    "status": "State",
    "frequency": "Mails",
    "language": "Language",
    "name": "Name",
    "domain": "Mail domain",
    "source": "Came from",
    "joined": "Here since",
    "confirmed": "Confirmed on",
    "active": "Last did something",
    "paused": "Paused until",
    "mailed": "Last mailed",
    "received": "Mails received",
    "bounced": "Mails refused",
}
TESTS: Mapping[RowTest, str] = {
    RowTest.IS: "is",
    RowTest.IS_NOT: "is not",
    RowTest.ONE_OF: "is one of",
    RowTest.NONE_OF: "is none of",
    RowTest.CONTAINS: "contains",
    RowTest.LACKS: "does not contain",
    RowTest.LESS: "is before, or less than",
    RowTest.AT_MOST: "is on or before, or at most",
    RowTest.GREATER: "is after, or more than",
    RowTest.AT_LEAST: "is on or after, or at least",
    RowTest.EMPTY: "is empty",
    RowTest.FILLED: "is not empty",
}
JOINERS: Mapping[Joiner, str] = {Joiner.ALL: "all of these", Joiner.ANY: "any of these"}
Typed = Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class ShownRow:
    """A row with the names of its fields."""

    key: str
    """ "BLOCK-ROW"."""
    field: str = ""
    test: str = RowTest.IS.value
    value: str = ""


@dataclass(frozen=True, kw_only=True)
class ShownRows:
    """The rows of a form; each block ends with an empty row, and the last block is empty."""

    joiner: str
    blocks: Sequence[Sequence[ShownRow]]

    @property
    def between_blocks(self) -> str:
        """The word between blocks."""
        return "and" if self.joiner == Joiner.ALL else "or"

    @property
    def between_rows(self) -> str:
        """The word between the rows of a block."""
        return "or" if self.joiner == Joiner.ALL else "and"


def shown_rows(text: str) -> ShownRows | None:
    """An expression as rows; None if it has no such form.

    Raises:
        InvalidInput: it is invalid.
    """
    if not text.strip():
        return _shown(Joiner.ALL, [])
    conditions = conditions_of(parse(text))
    if conditions is None:
        return None
    blocks = [[(row.field, row.test.value, row.value) for row in b] for b in conditions.blocks]
    return _shown(conditions.joiner, blocks)


def typed_rows(typed: Typed) -> ShownRows:
    """What was typed, shown again."""
    blocks = [[(row.field, row.test, row.value) for row in block] for block in _sent(typed)]
    return _shown(_one(typed, "joiner") or Joiner.ALL, blocks)


def text_in(typed: Typed) -> str:
    """The text of the rows that were sent.

    Raises:
        FormErrors: a row cannot be used, or there is none.
    """
    tests = set(RowTest)
    blocks = [[_condition(row) for row in block if row.test in tests] for block in _sent(typed)]
    joiner = _one(typed, "joiner")
    try:
        return text_of(
            Conditions(
                joiner=Joiner(joiner) if joiner in set(Joiner) else Joiner.ALL, blocks=blocks
            )
        )
    except InvalidInput as error:
        raise FormErrors({_faulty(blocks): sentence(str(error))}) from error


def _condition(row: ShownRow) -> ConditionRow:
    return ConditionRow(
        field=row.field,
        test=RowTest(row.test),
        value="" if row.test in WITHOUT_VALUE else row.value,
    )


def _faulty(blocks: Sequence[Sequence[ConditionRow]]) -> str:
    """The key, as it is shown again, of the first row that cannot be used; of no row, the first."""
    for at, block in enumerate(blocks):
        for place, row in enumerate(block):
            try:
                text_of(Conditions(joiner=Joiner.ALL, blocks=[[row]]))
            except InvalidInput:
                return f"{at}-{place}"
    return "0-0"


def field_options(attributes: Sequence[str]) -> list[tuple[str, str]]:
    """What a row can ask about: value and label."""
    own = [(f"{ATTRIBUTE}{name}", name.replace("_", " ")) for name in attributes]
    return [*FIELDS.items(), *own]


def _shown(joiner: str, blocks: Sequence[Sequence[tuple[str, str, str]]]) -> ShownRows:
    shown = []
    for at, block in enumerate([*blocks, ()]):
        rows = [
            ShownRow(key=f"{at}-{place}", field=field, test=test, value=value)
            for place, (field, test, value) in enumerate(block)
        ]
        shown.append([*rows, ShownRow(key=f"{at}-{len(rows)}")])
    return ShownRows(joiner=joiner, blocks=shown)


def _sent(typed: Typed) -> list[list[ShownRow]]:
    """The rows that were filled in."""
    blocks = []
    for at in range(MAX_BLOCKS):
        keys = [f"{at}-{place}" for place in range(MAX_ROWS)]
        rows = [
            ShownRow(
                key=key,
                field=field,
                test=_one(typed, f"test-{key}"),
                value=_one(typed, f"value-{key}"),
            )
            for key in keys
            if (field := _one(typed, f"field-{key}"))
        ]
        if rows:
            blocks.append(rows)
    return blocks


def _one(typed: Typed, name: str) -> str:
    return next(iter(typed.get(name, ())), "").strip()
