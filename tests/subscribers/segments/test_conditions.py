"""Rows of conditions turn into an expression and back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people_and_segments import EXPRESSIONS, PEOPLE, Person, is_meant

from newsletter.errors import InvalidInput
from subscribers.segments.conditions import (
    TESTS_OF,
    WITHOUT_VALUE,
    ConditionRow,
    Conditions,
    Joiner,
    RowTest,
    conditions_of,
    text_of,
)
from subscribers.segments.expressions import Expression
from subscribers.segments.fields import FIELDS, FieldType
from subscribers.segments.parsing import parse

VALUES = {
    FieldType.TEXT: st.sampled_from(["Abbey", 'a "b", c', "x y", "and", "today", "30 days ago"]),
    FieldType.NAMED: st.sampled_from(["housing", "road-safety"]),
    FieldType.MOMENT: st.sampled_from(["2026-01-31", "today", "30 days ago", "1 years ago"]),
    FieldType.NUMBER: st.sampled_from(["0", "12"]),
}


@st.composite
def rows(draw: st.DrawFn) -> ConditionRow:
    """A row that a person may fill in."""
    name = draw(st.sampled_from([*FIELDS, "attribute.ward", "attribute.post code"]))
    known = FIELDS.get(name)
    kind = known.kind if known else FieldType.TEXT
    test = draw(st.sampled_from(TESTS_OF[kind]))
    if test in WITHOUT_VALUE:
        return ConditionRow(field=name, test=test)
    if known and known.values:
        is_free = test in {RowTest.CONTAINS, RowTest.LACKS}
        return ConditionRow(
            field=name, test=test, value="confirmed" if is_free else known.values[0]
        )
    value = draw(VALUES[kind])
    if test in {RowTest.ONE_OF, RowTest.NONE_OF}:
        value = f"{value.split(',')[0].replace(chr(34), '')},x" if kind is FieldType.TEXT else value
    return ConditionRow(field=name, test=test, value=value)


@settings(max_examples=50)
@given(st.sampled_from(Joiner), st.lists(st.lists(rows(), min_size=1, max_size=3), min_size=2))
def test_rows_turn_into_a_text_with_the_same_rows(
    joiner: Joiner, blocks: list[list[ConditionRow]]
) -> None:
    conditions = Conditions(joiner=joiner, blocks=tuple(map(tuple, blocks)))
    try:
        text = text_of(conditions)
    except InvalidInput:
        return  # "status contains confirmed" and texts that are too long
    found = conditions_of(parse(text))
    assert found == conditions


@settings(max_examples=50)
@given(EXPRESSIONS, PEOPLE)
def test_an_expression_keeps_its_meaning_as_rows(
    expression: Expression, people: list[Person]
) -> None:
    conditions = conditions_of(expression)
    if conditions is None:
        return
    back = parse(text_of(conditions))
    assert [is_meant(back, each) for each in people] == [
        is_meant(expression, each) for each in people
    ]


@pytest.mark.parametrize(
    "text",
    [
        "topic = housing",
        "(topic = housing or topic = transport) and status = confirmed",
        "(topic = housing and joined >= 30 days ago) or domain = wexcombe.example",
        'not source ~ petition and attribute.ward in (Abbey, "Mill, lower")',
    ],
)
def test_a_text_of_two_levels_comes_back_word_for_word(text: str) -> None:
    conditions = conditions_of(parse(text))
    assert conditions is not None
    assert text_of(conditions) == text


@pytest.mark.parametrize(
    "text",
    [
        "not joined < today",
        "topic = a or (topic = b and (topic = c or (topic = d and topic = e)))",
    ],
)
def test_an_expression_without_rows_stays_text(text: str) -> None:
    assert conditions_of(parse(text)) is None


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (ConditionRow(field="joined", test=RowTest.LESS, value="soon"), "a date"),
        (ConditionRow(field="received", test=RowTest.IS, value="many"), "a whole number"),
        (ConditionRow(field="status", test=RowTest.IS, value="gone"), "one of pending"),
        (ConditionRow(field="shoe", test=RowTest.IS, value="9"), "there is no field"),
        (ConditionRow(field="topic", test=RowTest.ONE_OF, value="a" * 200_000), "100,000 letters"),
    ],
)
def test_a_row_that_cannot_be_used_says_what_is_expected(row: ConditionRow, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        text_of(Conditions(joiner=Joiner.ALL, blocks=((row,),)))


@pytest.mark.parametrize("value", ["a\r\nb", "a\rb", "a,b", '"a"\n"b"'])
def test_a_list_of_values_may_have_lines(value: str) -> None:
    row = ConditionRow(field="attribute.ward", test=RowTest.ONE_OF, value=value)
    meant = text_of(Conditions(joiner=Joiner.ALL, blocks=((row,),)))
    assert meant == "attribute.ward in (a, b)"


def test_without_rows_nobody_is_meant() -> None:
    with pytest.raises(InvalidInput, match="at least one row"):
        text_of(Conditions(joiner=Joiner.ALL, blocks=()))
