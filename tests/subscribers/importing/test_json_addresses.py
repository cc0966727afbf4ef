"""Addresses that stand in a list within each object of a JSON file."""

import json
from pathlib import Path
from typing import Any

import pytest
from list_files import analysed, states_in

from subscribers.importing.analysis import AdministratorAnswers
from subscribers.importing.values.states import ListState

ANN, BEN = "ann@example.org", "ben@example.org"


def written(path: Path, people: list[dict[str, Any]]) -> Path:
    text = (
        "\n".join(map(json.dumps, people))
        if path.suffix == ".jsonl"
        else json.dumps({"data": people})
    )
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("file", ["list.json", "list.jsonl"])
@pytest.mark.parametrize("key", ["value", "address", "email"])
def test_a_list_of_objects_holds_the_address(tmp_path: Path, file: str, key: str) -> None:
    people = [{"id": 1, "emails": [{key: ANN, "type": "home"}]}, {"id": 2, "emails": [{key: BEN}]}]
    assert set(states_in(written(tmp_path / file, people))) == {ANN, BEN}


@pytest.mark.parametrize(
    "emails",
    [
        [{"value": BEN}, {"value": ANN, "primary": True}],
        [{"value": BEN, "type": "work"}, {"value": ANN, "type": "main"}],
        [{"value": BEN}, {"metadata": {"primary": True}, "value": ANN}],
        [{"value": "none"}, {"value": ANN}, {"value": BEN}],
        [ANN, BEN],
    ],
)
def test_the_primary_address_of_several_is_read_and_the_report_says_so(
    tmp_path: Path, emails: list[Any]
) -> None:
    path = written(tmp_path / "list.json", [{"id": 1, "contact": {"emails": emails}}])
    _, found = analysed(path)
    assert any("several addresses in “contact emails”" in note for note in found.notes)
    assert set(states_in(path)) == {ANN}


def test_an_address_beside_the_list_is_the_one_read(tmp_path: Path) -> None:
    people = [{"email": ANN, "emails": [{"value": BEN}], "address": "Mill Road 1"}]
    assert set(states_in(written(tmp_path / "list.json", people))) == {ANN}


def test_a_postal_address_beside_the_list_is_not_read(tmp_path: Path) -> None:
    people = [{"address": "Mill Road 1", "emails": [{"value": BEN}]}]
    assert set(states_in(written(tmp_path / "list.json", people))) == {BEN}


def test_friends_in_a_list_are_not_imported(tmp_path: Path) -> None:
    people = [{"friends": [{"email": BEN}], "emails": [{"value": ANN}]}]
    assert set(states_in(written(tmp_path / "list.json", people))) == {ANN}


def test_leaving_said_of_an_address_in_the_list_is_asked_about(tmp_path: Path) -> None:
    people = [
        {"emails": [{"value": ANN, "opted_out": False}]},
        {"emails": [{"value": BEN, "opted_out": True}]},
    ]
    _, found = analysed(written(tmp_path / "list.json", people))
    assert [(each.heading, each.guess) for each in found.open_columns] == [
        ("emails opted_out", "left")
    ]


def test_attributes_with_lists_of_addresses_stay_attributes(tmp_path: Path) -> None:
    people = [{"email": ANN, "attributes": {"emails": [BEN]}}]
    assert set(states_in(written(tmp_path / "list.json", people))) == {ANN}


def test_the_name_of_a_list_tells_how_those_in_it_stand(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    groups = {
        "members": [{"email": ANN}],
        "former": [{"email": BEN}],
        "pending": ["cai@example.org"],
    }
    path.write_text(json.dumps({"data": groups}), encoding="utf-8")
    assert states_in(path) == {ANN: "subscribed", BEN: "left", "cai@example.org": "unconfirmed"}


def test_a_list_of_leavers_alone_is_told_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text(json.dumps({"former_members": [ANN, BEN]}), encoding="utf-8")
    assert states_in(path) == {ANN: "left", BEN: "left"}


def test_the_name_of_a_list_that_is_not_known_is_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text(json.dumps({"choir": [{"email": ANN}], "band": [{"email": BEN}]}), "utf-8")
    _, found = analysed(path)
    assert {each.word for each in found.words} == {"choir", "band"}


def test_addresses_within_one_person_are_no_group(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text(json.dumps({"unsubscribed": True, "emails": [{"value": ANN}]}), "utf-8")
    assert states_in(path) == {ANN: "left"}


@pytest.mark.parametrize(
    "document",
    [
        {
            "groups": [
                {"name": "Choir", "members": [ANN]},
                {"name": "Unsubscribed", "members": [BEN]},
            ]
        },
        [
            {"list": "News", "status": "active", "subscribers": [{"email": ANN}]},
            {"list": "News", "status": "unsubscribed", "subscribers": [{"email": BEN}]},
        ],
        {ANN: {"status": "active"}, BEN: {"status": "unsubscribed"}},
        {"u1": {"mail": ANN, "left": False}, "u2": {"mail": BEN, "left": True}},
        {"data": [{"attributes": {"email": each, "left": each == BEN}} for each in (ANN, BEN)]},
    ],
)
def test_people_in_groups_stand_as_their_group_does(tmp_path: Path, document: object) -> None:
    path = tmp_path / "list.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    words = {"choir": ListState.SUBSCRIBED}
    assert states_in(path, AdministratorAnswers(words=words)) == {ANN: "subscribed", BEN: "left"}


def test_an_answer_of_a_service_is_no_status_of_people(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text(json.dumps({"status": "success", "total": 1, "contacts": [ANN]}), "utf-8")
    assert states_in(path) == {ANN: "subscribed"}


def test_the_title_of_a_single_group_tells_that_they_left(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text(json.dumps({"title": "Unsubscribed", "people": [{"email": ANN}]}), "utf-8")
    assert states_in(path) == {ANN: "left"}
