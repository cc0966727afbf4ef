"""Segments as rows and as text, counted, saved, renamed and deleted."""

import pytest
from console_support import Client, Console
from support import add_subscriber

from newsletter.staff.permissions import Role
from subscribers.segments import store

MARKUP = "<script>alert(1)</script>"


@pytest.fixture
def owner(console: Console) -> Client:
    with console.app.database.write() as session:
        now = console.app.clock.now()
        add_subscriber(session, "ann@wexcombe.example", now, topics=["housing"])
        add_subscriber(session, "pat@wexcombe.example", now, proven=False)
    return console.as_role(Role.OWNER)


def save(owner: Client, name: str, text: str) -> None:
    fields = {"name": name, "as": "text", "text": text, "act": "save"}
    assert owner.send("/segments/new", fields).status_code == 303


@pytest.mark.parametrize(
    ("rows", "key", "words"),
    [
        ({}, "0-0", "say in at least one row who is meant."),
        (
            {
                "field-0-0": "topic",
                "test-0-0": "is",
                "value-0-0": "housing",
                "field-3-1": "joined",
                "test-3-1": "is at least",
                "value-3-1": "some time",
            },
            "1-0",
            "",
        ),
    ],
    ids=["none", "one-of-several"],
)
def test_an_error_of_the_rows_leads_to_its_row(
    owner: Client, rows: dict[str, str], key: str, words: str
) -> None:
    page = owner.send("/segments/new", {"name": "abbey", "as": "rows", "act": "save", **rows}).text
    assert f'<a href="#field-{key}">About: {words}' in page
    assert f'id="error-{key}"' in page


def expression(console: Console, name: str) -> str:
    with console.app.database.read() as session:
        return store.by_name(session, name).expression


def test_rows_are_saved_as_an_expression(console: Console, owner: Client) -> None:
    rows = {
        "joiner": "all",
        "field-0-0": "topic",
        "test-0-0": "is one of",
        "value-0-0": "housing, transport",
        "field-0-1": "attribute.ward",
        "test-0-1": "is",
        "value-0-1": "Abbey",
        "field-1-0": "status",
        "test-1-0": "is",
        "value-1-0": "confirmed",
    }
    owner.send("/segments/new", {"name": "abbey", "as": "rows", "act": "save", **rows})
    assert expression(console, "abbey") == (
        "(topic in (housing, transport) or attribute.ward = Abbey) and status = confirmed"
    )


def test_rows_turn_into_text_and_back(owner: Client) -> None:
    rows = {"field-0-0": "topic", "test-0-0": "is", "value-0-0": "housing", "joiner": "all"}
    as_text = owner.send("/segments/new", {"as": "rows", "act": "text", **rows})
    page = owner.get(as_text.headers["location"].removeprefix("/console")).text
    assert "topic = housing</textarea>" in page
    fields = {"as": "text", "text": "topic = housing", "act": "rows"}
    as_rows = owner.send("/segments/new", fields)
    page = owner.get(as_rows.headers["location"].removeprefix("/console")).text
    assert 'name="value-0-0" value="housing"' in page


def test_a_text_that_says_more_than_rows_can_is_edited_as_text(owner: Client) -> None:
    save(owner, "odd", "not joined < today")
    page = owner.get("/segments/edit/odd").text
    assert "more than rows can" in page
    assert "not joined &lt; today</textarea>" in page


def test_a_row_that_cannot_be_used_is_told_and_kept(owner: Client) -> None:
    rows = {"field-0-0": "joined", "test-0-0": "is", "value-0-0": "soon", "joiner": "all"}
    answer = owner.send("/segments/new", {"name": "x", "as": "rows", "act": "save", **rows})
    assert "a date as year-month-day" in answer.text
    assert 'value="soon"' in answer.text


def test_those_meant_are_counted_and_twenty_shown(owner: Client) -> None:
    page = owner.get("/segments/meant", params={"text": "status = confirmed", "part": "yes"}).text
    assert "1 person" in page
    assert "ann@wexcombe.example" in page


def test_without_the_permission_for_people_only_the_number_is_shown(
    console: Console, owner: Client
) -> None:
    del owner
    editor = console.as_role(Role.EDITOR)
    page = editor.get("/segments/meant", params={"text": "status = confirmed"}).text
    assert "1 person" in page
    assert "ann@wexcombe.example" not in page


def test_a_segment_is_renamed_and_deleted(console: Console, owner: Client) -> None:
    save(owner, "old", "status = confirmed")
    fields = {"name": "new", "as": "text", "text": "status = pending", "act": "save"}
    owner.send("/segments/edit/old", fields)
    assert expression(console, "new") == "status = pending"
    owner.send("/segments/edit/new/remove")
    assert owner.get("/segments/edit/new").status_code == 404


def test_an_unknown_topic_is_told(owner: Client) -> None:
    save(owner, "typo", "topic = husing")
    assert "did you mean housing" in owner.get("/segments/edit/typo").text


@pytest.mark.parametrize("path", ["/segments", "/segments/edit/marked", "/segments/meant?text=x"])
def test_markup_in_a_segment_is_shown_as_text(owner: Client, path: str) -> None:
    save(owner, "marked", f'name = "{MARKUP}"')
    assert MARKUP not in owner.get(path).text


def test_a_viewer_sees_segments_and_changes_none(console: Console, owner: Client) -> None:
    save(owner, "new", "status = confirmed")
    viewer = console.as_role(Role.VIEWER)
    assert "status = confirmed" in viewer.get("/segments").text
    assert viewer.get("/segments/edit/new").status_code == 403
