"""The administrator's hand on the list: what the commands say, and what they say to mistakes."""

import json

import pytest
from support import Run

pytestmark = pytest.mark.usefixtures("site")
ANN, CAT, DAN = "ann@wexcombe.example", "cat@wexcombe.example", "dan@wexcombe.example"


def test_a_person_is_found_however_the_letters_of_her_address_are_cased(run: Run) -> None:
    for command in ("show", "consent"):
        assert run("subscribers", command, "Ann@Wexcombe.example").status == 0
    assert f"{ANN} has left" in run("subscribers", "remove", "ANN@wexcombe.example").out


def test_a_topic_is_taken_by_its_name_and_one_unheard_of_is_told(run: Run) -> None:
    ran = run("subscribers", "add", DAN, "--topic", "Housing", "--topic", "transprot")
    assert "No article has the topic transprot yet; did you mean transport?" in ran.err
    shown = json.loads(run("subscribers", "show", DAN, "--json").out)
    assert shown["topics"] == ["housing", "transprot"]


@pytest.mark.parametrize("command", ["add", "confirm"])
def test_a_proof_that_says_nothing_confirms_nobody(run: Run, command: str) -> None:
    run("subscribers", command, CAT, "--consent", " ")
    assert json.loads(run("subscribers", "show", CAT, "--json").out)["status"] == "pending"


def test_a_member_entered_again_changes_only_with_proof(run: Run) -> None:
    add = ("subscribers", "add", ANN, "--frequency", "weekly")
    assert "nothing was changed" in run(*add).out
    assert "sent what you said now" in run(*add, "--consent", "telephone, 3 May").out
    assert "changed: administrator: telephone, 3 May" in run("subscribers", "consent", ANN).out


def test_confirming_who_has_left_says_how_to_enter_her_anew(run: Run) -> None:
    run("subscribers", "remove", ANN)
    ran = run("subscribers", "confirm", ANN, "--consent", "form")
    assert ran.status == 1
    assert f"{ANN} is ended" in ran.err
    assert "newsletter subscribers add" in ran.err


def test_an_address_that_is_nobodys_is_told_to_be_suppressed_where_it_is(run: Run) -> None:
    run("subscribers", "erase", ANN, "--yes")
    ran = run("subscribers", "show", ANN)
    assert ran.status == 1
    assert "no subscriber has the address" in ran.err
    assert "suppressed (erased at their own request)" in ran.err


def test_a_first_reason_to_suppress_is_kept_and_told(run: Run) -> None:
    suppress = ("subscribers", "suppress", ANN, "--reason")
    run(*suppress, "asked by telephone")
    assert "suppressed already (asked by telephone)" in run(*suppress, "other").out


def test_the_erased_are_not_listed_unless_asked_for(run: Run) -> None:
    run("subscribers", "erase", ANN, "--yes")
    statuses = {row["status"] for row in json.loads(run("subscribers", "list", "--json").out)}
    assert statuses == {"confirmed", "pending"}
    erased = json.loads(run("subscribers", "list", "--json", "--status", "erased").out)
    assert [row["address"] for row in erased] == [None]
