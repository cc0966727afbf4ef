"""Headers and rows of any program."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from list_files import TODAY

from newsletter.errors import InvalidInput
from subscribers.importing import catalogue
from subscribers.importing.columns import (
    Places,
    address_column,
    assign,
    attribute_name,
    fields_of,
    program_of,
)
from subscribers.importing.program import Program
from subscribers.importing.rows import ListedPerson, ReadOptions, RowReader, Tags, attribute_of_tag
from subscribers.importing.values.dates import DayMonthOrder, in_iso, order_of
from subscribers.importing.values.filenames import may_state_status, state_of_name
from subscribers.importing.values.headings import ROLES
from subscribers.importing.values.remarks import doubt_of
from subscribers.importing.values.states import ListState, worse
from subscribers.importing.values.vocabulary import (
    WORDS,
    confirmation_of,
    leaving_of,
    status_of,
)

NAMES = st.sampled_from([name for names in ROLES.values() for name in names]) | st.text(max_size=6)
MAILCHIMP = next(program for program in catalogue.every() if program.name == "Mailchimp")


def read(
    header: Sequence[str], cells: Sequence[str], chosen: Mapping[str, Sequence[str]] | None = None
) -> ListedPerson:
    reading = ReadOptions(
        columns=places(header, chosen),
        width=len(header),
        as_topic=str.lower,
        today=TODAY,
        topics=frozenset({"housing", "bus", "rail"}),
        digests=frozenset({"friday"}),
    )
    return RowReader(reading).people(2, cells)[0]


def reader(header: Sequence[str], **options: Any) -> RowReader:
    columns = assign(header, {}, None).places
    return RowReader(
        ReadOptions(columns=columns, width=len(header), as_topic=str.lower, today=TODAY, **options)
    )


def places(header: Sequence[str], chosen: Mapping[str, Sequence[str]] | None = None) -> Places:
    return assign(header, chosen or {}, None).places


@given(st.lists(NAMES, max_size=6), st.lists(st.text(max_size=8), max_size=8))
def test_any_row_with_any_header_is_read_or_refused(header: list[str], cells: list[str]) -> None:
    try:
        person = read(header, cells)
    except InvalidInput:
        return
    stored = [
        person.since,
        person.preferences.language,
        *person.attributes,
        *person.attributes.values(),
    ]
    assert all(text.isprintable() for text in stored)


@given(st.sampled_from(ListState), st.sampled_from(ListState))
def test_of_two_states_the_worse_counts_in_any_order(one: ListState, other: ListState) -> None:
    assert worse(one, other) is worse(other, one)
    assert ListState.SUBSCRIBED not in {one, other} or worse(one, other) in {one, other}


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_known_in_any_case(word: str) -> None:
    assert status_of(word.upper(), {}) is WORDS[word]


@pytest.mark.parametrize(
    "word",
    ["", "NULL", "\\N", "0000-00-00", "0000-00-00 00:00:00", "[]", "f", "n", "nein", "0", "nie"],
)
def test_empty_and_no_in_a_leaving_column_mean_not_left(word: str) -> None:
    assert leaving_of(word, {}) is ListState.SUBSCRIBED


@pytest.mark.parametrize("word", ["", "NULL", "f", "N", "nein", "non", "0000-00-00"])
def test_empty_and_no_in_a_confirmation_column_mean_pending(word: str) -> None:
    assert confirmation_of(word, {}) is ListState.PENDING


@pytest.mark.parametrize("word", ["yes", "ja", "oui", "t", "1", "2021-01-01", "Do Not Allow", "7"])
def test_yes_dates_and_counts_in_a_leaving_column_mean_left(word: str) -> None:
    assert leaving_of(word, {}) is ListState.LEFT


@pytest.mark.parametrize("judge", [status_of, leaving_of, confirmation_of])
def test_unknown_words_are_not_guessed(
    judge: Callable[[str, Mapping[str, ListState]], ListState | None],
) -> None:
    assert judge("blorp", {}) is None
    assert judge("blorp", {"blorp": ListState.LEFT}) is ListState.LEFT


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (["email"], set()),
        (["email", "name", "status"], {"name"}),
        (["email", "surname", "tags"], {"name", "topics", "attributes"}),
        (["email", "attributes", "frequency"], {"attributes", "frequency"}),
    ],
)
def test_the_fields_of_a_file_follow_from_its_columns(header: list[str], said: set[str]) -> None:
    assert fields_of(places(header)) == said


def test_an_attribute_column_provides_attributes() -> None:
    columns = places(["email", "Ward"], {"attribute.ward": ["Ward"]})
    assert fields_of(columns) == {"attributes"}


def test_a_chosen_column_has_one_role() -> None:
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
def test_attributes_must_be_a_json_object(text: str) -> None:
    with pytest.raises(InvalidInput, match="no object"):
        read(["email", "attributes"], ["a@b.org", text])


@pytest.mark.parametrize("text", ["tomorrow", "2027-01-01", "2027-01-01T00:00:00"])
def test_a_pause_needs_a_time_zone(text: str) -> None:
    with pytest.raises(InvalidInput, match="is no moment"):
        read(["email", "paused"], ["a@b.org", text])


def test_topics_are_listed_with_commas_or_semicolons_and_quoted_at_mailchimp() -> None:
    person = read(["email", "tags"], ["a@b.org", '"Housing","Bus; Rail", ,'])
    assert person.preferences.choice.topics == ("housing", "bus", "rail")


def test_languages_are_limited_to_those_offered() -> None:
    columns = places(["email", "language"])
    languages = frozenset({"cy", "en-GB"})
    reader = RowReader(
        ReadOptions(columns=columns, width=2, as_topic=str, today=TODAY, languages=languages)
    )
    for said, meant in (("cy", "cy"), ("en", "en-GB"), ("en_US", "en-GB"), ("Welsh", "cy")):
        assert reader.people(2, ["a@b.org", said])[0].preferences.language == meant
    with pytest.raises(InvalidInput, match="language"):
        reader.people(3, ["a@b.org", "fr"])
    assert read(["email", "language"], ["a@b.org", "fr"]).preferences.language == "fr"


@pytest.mark.parametrize(
    ("header", "place"), [(["Name", "E-Mail"], 1), (["ann@example.org"], None), ([], None)]
)
def test_the_column_of_the_address_is_found(header: list[str], place: int | None) -> None:
    assert address_column(header) == place


@pytest.mark.parametrize("name", ["members.csv", "subscribed_members_export_1.csv"])
def test_common_file_names_state_no_status(name: str) -> None:
    assert state_of_name(name) in {None, ListState.SUBSCRIBED}


@pytest.mark.parametrize(
    "name", ["bounces.csv", "cleaned_list.csv", "unsubscribed_export.csv", "Abgemeldete.csv"]
)
def test_a_file_name_that_may_state_a_status_is_asked_about(name: str) -> None:
    assert may_state_status(name)


def test_a_mailchimp_file_name_states_the_status() -> None:
    assert state_of_name("unsubscribed_members_export_1.csv") is ListState.LEFT


def test_a_chosen_status_column_adds_to_the_recognised_ones() -> None:
    found = places(["email", "permission", "active", "deleted at"], {"status": ["permission"]})
    assert (found["status"], found["left"]) == ((1, 2), (3,))


def test_a_status_column_kept_as_an_attribute_still_counts() -> None:
    person = read(["email", "status"], ["a@b.org", "unsubscribed"], {"attribute.s": ["status"]})
    assert person.state is ListState.LEFT


def test_a_status_column_is_ignored_only_on_request() -> None:
    person = read(["email", "status"], ["a@b.org", "unsubscribed"], {"ignored": ["status"]})
    assert person.state is ListState.SUBSCRIBED


@pytest.mark.parametrize("program", catalogue.every(), ids=lambda program: program.name)
def test_a_program_is_recognised_by_its_whole_header(program: Program) -> None:
    for marks in program.marks:
        assert program_of([*marks, "something else"], catalogue.every()) is not None
        assert program.fits(frozenset()) == (0, 0)
    assert program.source
    assert not program.unread & {name for names in program.roles.values() for name in names}
    assert not program.is_harmless("a heading of somebody's own")


@pytest.mark.parametrize(
    "cells",
    [
        ["a@b.org", "unsubscribed", "weekly", "", "extra"],
        ["a@b.org", "unsubscribed", "", "monthly"],
        ["a@b.org", "bounced", "x\0", ""],
    ],
)
def test_leaving_is_recognised_in_an_invalid_row(cells: list[str]) -> None:
    assert (
        read(["email", "status", "digests", "frequency"], cells).state is not ListState.SUBSCRIBED
    )


@pytest.mark.parametrize(
    "text", ['["housing", "VIP"]', "housing|VIP", "{housing,VIP}", "housing;VIP"]
)
def test_tags_that_are_no_topics_become_an_attribute(text: str) -> None:
    person = read(["email", "tags"], ["a@b.org", text])
    assert person.preferences.choice.topics == ("housing",)
    assert person.attributes == {"tags": "VIP"}


def test_a_tag_can_state_that_somebody_left() -> None:
    assert read(["email", "tags"], ["a@b.org", "VIP, Unsubscribed"]).state is ListState.LEFT


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
def test_name_columns_are_joined(header: list[str], cells: list[str], name: str) -> None:
    assert read(header, ["a@b.org", *cells]).name == name


@pytest.mark.parametrize(
    ("text", "order", "read_as"),
    [
        ("03/04/2021", DayMonthOrder.DAY, "2021-04-03"),
        ("03/04/2021", DayMonthOrder.MONTH, "2021-03-04"),
        ("03.04.21", DayMonthOrder.DAY, "2021-04-03"),
        ("2 Mar 2020", DayMonthOrder.DAY, "2020-03-02"),
        ("1577836800", DayMonthOrder.DAY, "2020-01-01T00:00:00+00:00"),
        ("2020-01-01 10:00", DayMonthOrder.DAY, "2020-01-01 10:00"),
        ("no date", DayMonthOrder.DAY, "no date"),
    ],
)
def test_dates_are_read_in_the_order_of_the_file(
    text: str, order: DayMonthOrder, read_as: str
) -> None:
    assert in_iso(text, order) == read_as


def test_an_unambiguous_date_determines_the_order() -> None:
    assert order_of("14/05/2021") is DayMonthOrder.DAY
    assert order_of("05/14/2021") is DayMonthOrder.MONTH
    assert order_of("03/04/2021") is True
    assert order_of("04/04/2021") is False


def test_a_column_that_is_chosen_must_exist() -> None:
    with pytest.raises(InvalidInput, match="there is no column 'Courriel'; the columns are: email"):
        places(["email"], {"address": ["Courriel"]})


@pytest.mark.parametrize("word", ["1", "yes", "2"])
def test_a_word_of_another_column_makes_nobody_stay_who_left(word: str) -> None:
    assert leaving_of(word, {word: ListState.SUBSCRIBED}) is ListState.LEFT


def test_a_word_of_another_column_makes_nobody_leave_who_confirmed() -> None:
    assert confirmation_of("1", {"1": ListState.LEFT}) is ListState.SUBSCRIBED


@pytest.mark.parametrize(
    ("note", "state"),
    [
        ("Asked by telephone to be unsubscribed", ListState.LEFT),
        ("möchte keine Mails", ListState.LEFT),
        ("Spoke at the fair", ListState.PENDING),
        ("", ListState.SUBSCRIBED),
    ],
)
def test_free_words_end_a_subscription_or_leave_it_in_doubt(note: str, state: ListState) -> None:
    assert doubt_of(note, {}) is state


@pytest.mark.parametrize(
    ("cell", "mailed"),
    [
        ("ann@a.example ::: ann@b.example", ["ann@a.example"]),
        ("ann@a.example, ben@b.example", ["ann@a.example", "ben@b.example"]),
        ("ask ann@a.example first", ["ask ann@a.example first"]),
    ],
)
def test_a_cell_with_several_addresses_is_read_as_its_program_writes_it(
    cell: str, mailed: list[str]
) -> None:
    found = reader(["email"]).people(2, [cell])
    assert [person.address for person in found] == mailed


def test_ambiguous_rows_of_a_list_of_leavers_tell_of_leaving() -> None:
    rows = reader(["email", "name"], state=ListState.LEFT)
    found = rows.people(2, ["ann@a.example", "Moor", "Ann"])
    assert [(person.address, person.state) for person in found] == [
        ("ann@a.example", ListState.LEFT)
    ]


@pytest.mark.parametrize("cell", ["Ann@a.example", 'ann@a.example"'])
def test_an_address_in_an_ambiguous_row_is_not_confirmed(cell: str) -> None:
    rows = reader(["email"], doubtful=frozenset({"ann@a.example"}))
    states = [rows.people(2, [one])[0].state for one in (cell, "ben@a.example")]
    assert states == [ListState.PENDING, ListState.SUBSCRIBED]


def test_an_unknown_state_is_asked_about() -> None:
    with pytest.raises(InvalidInput, match="'napping' is not known; say for all what it means"):
        reader(["email", "status"]).people(2, ["ann@a.example", "napping"])


def test_the_columns_of_a_file_of_refused_rows_are_ignored() -> None:
    columns = assign(["row", "reason", "email"], {}, None)
    assert columns.places["ignored"] == (0, 1)


def test_a_column_that_is_chosen_is_the_only_one_of_its_role() -> None:
    columns = assign(["email", "name", "Nickname"], {"name": ["Nickname"]}, None)
    assert columns.places["name"] == (2,)


def test_a_heading_becomes_an_attribute_of_one_word() -> None:
    assert attribute_name("My ward (2026)") == "My_ward_2026"


def test_tags_that_are_no_topics_become_segments_where_asked() -> None:
    rows = reader(["email", "tags"], topics=frozenset({"housing"}), tags=Tags.SEGMENTS)
    [person] = rows.people(2, ["a@b.org", "housing, VIP"])
    assert person.attributes == {attribute_of_tag("vip"): "yes"}
    assert rows.tags == {"VIP": "vip"}


def test_a_language_is_one_of_those_on_offer() -> None:
    rows = reader(["email", "language"], languages=frozenset({"en-GB", "cy"}))
    [person] = rows.people(2, ["a@b.org", "cy"])
    assert person.preferences.language == "cy"


def test_when_somebody_joined_there_is_kept() -> None:
    person = read(["email", "joined"], ["a@b.org", "2019-03-23"])
    assert person.since == "; there joined 2019-03-23"


def test_a_row_without_a_mail_address_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no mail address"):
        read(["email", "name"], ["", "Ann"])


@pytest.mark.parametrize("mark", ["\u200b", "\ufeff", "\u200e"])
def test_marks_of_no_width_beside_an_address_are_no_part_of_it(mark: str) -> None:
    person = read(["email"], [f"{mark}ann@example.org{mark}"])
    assert person.address == "ann@example.org"
