"""What a header and a row say, whatever program wrote them."""

from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import InvalidInput
from subscribers.importing import catalogue
from subscribers.importing.columns import Places, address_column, assign, program_of, said_by
from subscribers.importing.dates import Order, in_iso, order_of
from subscribers.importing.filenames import may_tell, state_of_name
from subscribers.importing.headings import ROLES
from subscribers.importing.program import Program
from subscribers.importing.rows import Person, Reading, RowReader
from subscribers.importing.states import State, worse
from subscribers.importing.words import WORDS, confirmation_of, leaving_of, notes_of, status_of

NAMES = st.sampled_from([name for names in ROLES.values() for name in names]) | st.text(max_size=6)
MAILCHIMP = next(program for program in catalogue.every() if program.name == "Mailchimp")


def read(
    header: Sequence[str], cells: Sequence[str], chosen: Mapping[str, Sequence[str]] | None = None
) -> Person:
    reading = Reading(
        columns=places(header, chosen),
        width=len(header),
        as_topic=str.lower,
        topics=frozenset({"housing", "bus", "rail"}),
        digests=frozenset({"friday"}),
    )
    return RowReader(reading).people(2, cells)[0]


def places(header: Sequence[str], chosen: Mapping[str, Sequence[str]] | None = None) -> Places:
    return assign(header, chosen or {}, None).places


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


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_known_in_any_case(word: str) -> None:
    assert status_of(word.upper(), {}) is WORDS[word]


@pytest.mark.parametrize(
    "word",
    ["", "NULL", "\\N", "0000-00-00", "0000-00-00 00:00:00", "[]", "f", "n", "nein", "0", "nie"],
)
def test_nothing_and_no_in_a_column_of_leaving_are_not_left(word: str) -> None:
    assert leaving_of(word, {}) is State.SUBSCRIBED


@pytest.mark.parametrize("word", ["", "NULL", "f", "N", "nein", "non", "0000-00-00"])
def test_nothing_and_no_in_a_column_of_confirmation_are_pending(word: str) -> None:
    assert confirmation_of(word, {}) is State.PENDING


@pytest.mark.parametrize("word", ["yes", "ja", "oui", "t", "1", "2021-01-01", "Do Not Allow", "7"])
def test_a_yes_a_moment_and_a_count_in_a_column_of_leaving_are_left(word: str) -> None:
    assert leaving_of(word, {}) is State.LEFT


@pytest.mark.parametrize("judge", [status_of, leaving_of, confirmation_of])
def test_a_word_that_is_not_known_is_not_guessed(
    judge: Callable[[str, Mapping[str, State]], State | None],
) -> None:
    assert judge("blorp", {}) is None
    assert judge("blorp", {"blorp": State.LEFT}) is State.LEFT


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (["email"], set()),
        (["email", "name", "status"], {"name"}),
        (["email", "surname", "tags"], {"name", "topics", "attributes"}),
        (["email", "attributes", "frequency"], {"attributes", "frequency"}),
    ],
)
def test_what_a_file_tells_is_known_by_its_columns(header: list[str], said: set[str]) -> None:
    assert said_by(places(header)) == said


def test_a_column_kept_as_an_attribute_tells_of_attributes() -> None:
    columns = places(["email", "Ward"], {"attribute.ward": ["Ward"]})
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
    columns = places(["email", "language"])
    reading = Reading(columns=columns, width=2, as_topic=str, languages=frozenset({"cy", "en-GB"}))
    reader = RowReader(reading)
    for said, meant in (("cy", "cy"), ("en", "en-GB"), ("en_US", "en-GB"), ("Welsh", "cy")):
        assert reader.people(2, ["a@b.org", said])[0].wishes.language == meant
    with pytest.raises(InvalidInput, match="language"):
        reader.people(3, ["a@b.org", "fr"])
    assert read(["email", "language"], ["a@b.org", "fr"]).wishes.language == "fr"


@pytest.mark.parametrize(
    ("header", "place"), [(["Name", "E-Mail"], 1), (["ann@example.org"], None), ([], None)]
)
def test_the_column_of_the_address_is_found(header: list[str], place: int | None) -> None:
    assert address_column(header) == place


@pytest.mark.parametrize("name", ["members.csv", "subscribed_members_export_1.csv"])
def test_the_name_of_a_usual_file_says_nothing_bad(name: str) -> None:
    assert state_of_name(name, MAILCHIMP) in {None, State.SUBSCRIBED}


@pytest.mark.parametrize(
    "name", ["bounces.csv", "cleaned_list.csv", "unsubscribed_export.csv", "Abgemeldete.csv"]
)
def test_a_name_that_may_say_something_is_asked_about(name: str) -> None:
    assert may_tell(name)


def test_the_name_of_mailchimps_file_says_how_its_people_stand() -> None:
    assert state_of_name("unsubscribed_members_export_1.csv", MAILCHIMP) is State.LEFT
    assert state_of_name("unsubscribed_members_export_1.csv", None) is None


def test_a_chosen_column_of_states_is_added_to_those_that_are_known() -> None:
    found = places(["email", "permission", "active", "deleted at"], {"status": ["permission"]})
    assert (found["status"], found["left"]) == ((1, 2), (3,))


def test_a_column_of_states_that_is_kept_as_an_attribute_still_tells_who_left() -> None:
    person = read(["email", "status"], ["a@b.org", "unsubscribed"], {"attribute.s": ["status"]})
    assert person.state is State.LEFT


def test_a_column_of_states_is_ignored_only_where_that_is_said() -> None:
    person = read(["email", "status"], ["a@b.org", "unsubscribed"], {"ignored": ["status"]})
    assert person.state is State.SUBSCRIBED


@pytest.mark.parametrize("program", catalogue.every(), ids=lambda program: program.name)
def test_a_program_is_known_by_the_whole_of_its_shape(program: Program) -> None:
    for marks in program.marks:
        assert program_of([*marks, "something else"], catalogue.every()) is not None
        assert program.fits(frozenset()) == 0
    assert program.source
    assert not program.unread & {name for names in program.roles.values() for name in names}


@pytest.mark.parametrize(
    "cells",
    [
        ["a@b.org", "unsubscribed", "weekly", "", "extra"],
        ["a@b.org", "unsubscribed", "", "monthly"],
        ["a@b.org", "bounced", "x\0", ""],
    ],
)
def test_who_has_left_counts_before_any_other_fault_of_the_row(cells: list[str]) -> None:
    assert read(["email", "status", "digests", "frequency"], cells).state is not State.SUBSCRIBED


@pytest.mark.parametrize(
    "text", ['["housing", "VIP"]', "housing|VIP", "{housing,VIP}", "housing;VIP"]
)
def test_tags_that_are_no_topics_become_an_attribute(text: str) -> None:
    person = read(["email", "tags"], ["a@b.org", text])
    assert person.wishes.choice.topics == ("housing",)
    assert person.attributes == {"tags": "VIP"}


def test_whose_tag_says_that_they_left_has_left() -> None:
    assert read(["email", "tags"], ["a@b.org", "VIP, Unsubscribed"]).state is State.LEFT


@pytest.mark.parametrize(
    ("header", "cells", "name"),
    [
        (["email", "Vorname", "Nachname"], ["Ann", "Carter"], "Ann Carter"),
        (["email", "Prénom", "Nom"], ["Ann", "Carter"], "Ann Carter"),
        (["email", "Name", "Vorname"], ["Carter", "Ann"], "Ann Carter"),
        (["email", "Name", "First Name"], ["Ann Carter", "Ann"], "Ann Carter"),
        (["email", "Name", "Surname"], ["Ann", "Carter"], "Ann Carter"),
        (["email", "Display Name", "x"], ["Ann Carter", ""], "Ann Carter"),
        (["email", "First Name", "Last Name"], ["----", "----"], ""),
    ],
)
def test_names_are_joined_whatever_their_columns_are_called(
    header: list[str], cells: list[str], name: str
) -> None:
    assert read(header, ["a@b.org", *cells]).name == name


@pytest.mark.parametrize(
    ("text", "order", "read_as"),
    [
        ("03/04/2021", Order.DAY, "2021-04-03"),
        ("03/04/2021", Order.MONTH, "2021-03-04"),
        ("03.04.21", Order.DAY, "2021-04-03"),
        ("2 Mar 2020", Order.DAY, "2020-03-02"),
        ("1577836800", Order.DAY, "2020-01-01T00:00:00+00:00"),
        ("2020-01-01 10:00", Order.DAY, "2020-01-01 10:00"),
        ("no date", Order.DAY, "no date"),
    ],
)
def test_dates_are_read_in_the_order_of_the_file(text: str, order: Order, read_as: str) -> None:
    assert in_iso(text, order) == read_as


def test_the_order_of_a_date_is_known_where_only_one_is_possible() -> None:
    assert order_of("14/05/2021") is Order.DAY
    assert order_of("05/14/2021") is Order.MONTH
    assert order_of("03/04/2021") is True
    assert order_of("04/04/2021") is False


def test_a_column_that_is_chosen_must_exist() -> None:
    with pytest.raises(InvalidInput, match="there is no column 'Courriel'; the columns are: email"):
        places(["email"], {"address": ["Courriel"]})


@pytest.mark.parametrize("word", ["1", "yes", "2"])
def test_a_word_of_another_column_makes_nobody_stay_who_left(word: str) -> None:
    assert leaving_of(word, {word: State.SUBSCRIBED}) is State.LEFT


def test_a_word_of_another_column_makes_nobody_leave_who_confirmed() -> None:
    assert confirmation_of("1", {"1": State.LEFT}) is State.SUBSCRIBED


@pytest.mark.parametrize(
    ("note", "state"),
    [
        ("Asked by telephone to be unsubscribed", State.LEFT),
        ("möchte keine Mails", State.LEFT),
        ("Spoke at the fair", State.SUBSCRIBED),
        ("", State.SUBSCRIBED),
    ],
)
def test_of_free_words_only_those_about_leaving_count(note: str, state: State) -> None:
    assert notes_of(note, {}) is state
