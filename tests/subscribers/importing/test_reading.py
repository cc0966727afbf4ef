"""What a header and a row say, whatever program wrote them."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import InvalidInput
from subscribers.importing.columns import KNOWN, address_column, columns_of, said_by
from subscribers.importing.rows import Person, Reading, RowReader
from subscribers.importing.states import STATES, State, state_of, state_of_file, worse

NAMES = st.sampled_from([name for names in KNOWN.values() for name in names]) | st.text(max_size=6)


def read(
    header: Sequence[str], cells: Sequence[str], chosen: Mapping[str, Sequence[str]] | None = None
) -> Person:
    columns = columns_of(header, chosen or {})
    reading = Reading(
        columns=columns, width=len(header), as_topic=str.lower, digests=frozenset({"friday"})
    )
    return RowReader(reading).person(2, cells)


@given(st.lists(NAMES, max_size=6), st.lists(st.text(max_size=8), max_size=8))
def test_any_row_under_any_header_is_read_or_refused(header: list[str], cells: list[str]) -> None:
    try:
        person = read(header, cells)
    except InvalidInput:
        return
    stored = [person.since, person.wishes.language, *person.attributes, *person.attributes.values()]
    assert all(text.isprintable() for text in stored)


@given(st.sampled_from(State), st.sampled_from(State))
def test_of_two_states_the_worse_counts_in_any_order(one: State, other: State) -> None:
    assert worse(one, other) is worse(other, one)
    assert State.SUBSCRIBED not in {one, other} or worse(one, other) in {one, other}


@pytest.mark.parametrize("word", STATES)
def test_a_word_is_known_in_any_case(word: str) -> None:
    assert state_of(word.upper()) is STATES[word]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (["email"], set()),
        (["email", "name", "status"], {"name"}),
        (["email", "surname", "tags"], {"name", "topics"}),
        (["email", "attributes", "frequency"], {"attributes", "frequency"}),
    ],
)
def test_what_a_file_tells_is_known_by_its_columns(header: list[str], said: set[str]) -> None:
    assert said_by(columns_of(header, {})) == said


def test_a_column_kept_as_an_attribute_tells_of_attributes() -> None:
    columns = columns_of(["email", "Ward"], {"attribute.ward": ["Ward"]})
    assert said_by(columns) == {"attributes"}


def test_a_column_that_is_chosen_for_one_thing_is_not_another() -> None:
    person = read(["email", "name"], ["a@b.org", "Abbey"], {"attribute.ward": ["name"]})
    assert (person.name, person.attributes) == ("", {"ward": "Abbey"})


def test_an_attribute_without_a_value_is_left_out() -> None:
    text = (
        '{"ward": "Abbey", "none": null, "list": [1, "a"], "yes": true, "": "x", "nul": "\\u0000"}'
    )
    person = read(
        ["email", "attributes", "Phone"], ["a@b.org", text, ""], {"attribute.tel": ["Phone"]}
    )
    assert person.attributes == {"ward": "Abbey", "list": '[1, "a"]', "yes": "true"}


@pytest.mark.parametrize("text", ["[1]", "{", "1", "[" * 100_000])
def test_attributes_that_are_no_object_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="no object"):
        read(["email", "attributes"], ["a@b.org", text])


@pytest.mark.parametrize("text", ["tomorrow", "2027-01-01", "2027-01-01T00:00:00"])
def test_a_pause_without_a_zone_is_no_moment(text: str) -> None:
    with pytest.raises(InvalidInput, match="is no moment"):
        read(["email", "paused"], ["a@b.org", text])


def test_topics_are_listed_with_commas_or_semicolons_and_quoted_at_mailchimp() -> None:
    person = read(["email", "tags"], ["a@b.org", '"Housing","Bus; Rail", ,'])
    assert person.wishes.choice.topics == ("housing", "bus", "rail")


def test_a_language_is_one_of_those_offered_where_any_are() -> None:
    columns = columns_of(["email", "language"], {})
    reading = Reading(columns=columns, width=2, as_topic=str, languages=frozenset({"cy"}))
    reader = RowReader(reading)
    assert reader.person(2, ["a@b.org", "cy"]).wishes.language == "cy"
    with pytest.raises(InvalidInput, match="language"):
        reader.person(3, ["a@b.org", "fr"])
    assert read(["email", "language"], ["a@b.org", "fr"]).wishes.language == "fr"


@pytest.mark.parametrize(
    ("header", "place"), [(["Name", "E-Mail"], 1), (["ann@example.org"], None), ([], None)]
)
def test_the_column_of_the_address_is_found(header: list[str], place: int | None) -> None:
    assert address_column(header) == place


@pytest.mark.parametrize("name", ["members.csv", "subscribed_members_export_1.csv"])
def test_the_name_of_a_usual_file_says_nothing_bad(name: str) -> None:
    assert state_of_file(name, {"leid"}, is_said=False) in {None, State.SUBSCRIBED}


@pytest.mark.parametrize("name", ["bounces.csv", "cleaned_list.csv", "unsubscribed_export.csv"])
def test_a_name_that_may_say_something_is_asked_about(name: str) -> None:
    with pytest.raises(InvalidInput, match="--state"):
        state_of_file(name, {"email"}, is_said=False)
    assert state_of_file(name, {"email"}, is_said=True) is None


def test_mailchimps_name_counts_beside_a_column_of_states() -> None:
    name = "unsubscribed_members_export_1.csv"
    assert state_of_file(name, {"leid", "status"}, is_said=True) is State.LEFT


def test_a_column_that_is_chosen_must_exist() -> None:
    with pytest.raises(InvalidInput, match="there is no column 'Courriel'; the columns are: email"):
        columns_of(["email"], {"address": ["Courriel"]})
