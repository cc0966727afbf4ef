"""`newsletter subscribers add`, `confirm`, `show` and others, with their messages."""

import json

import pytest
from support import Run

pytestmark = pytest.mark.usefixtures("site")
ANN, CAT, DAN = "ann@wexcombe.example", "cat@wexcombe.example", "dan@wexcombe.example"


def test_addresses_are_looked_up_case_insensitively(run: Run) -> None:
    for command in ("show", "consent"):
        assert run("subscribers", command, "Ann@Wexcombe.example").status == 0
    assert f"{ANN} has left" in run("subscribers", "remove", "ANN@wexcombe.example").out


def test_topics_are_accepted_by_name_and_unknown_ones_warned_of(run: Run) -> None:
    ran = run("subscribers", "add", DAN, "--topic", "Housing", "--topic", "transprot")
    assert "No article has the topic transprot yet; did you mean transport?" in ran.err
    shown = json.loads(run("subscribers", "show", DAN, "--json").out)
    assert shown["topics"] == ["housing", "transprot"]


@pytest.mark.parametrize("command", ["add", "confirm"])
def test_an_empty_proof_confirms_no_subscriber(run: Run, command: str) -> None:
    run("subscribers", command, CAT, "--consent", " ")
    assert json.loads(run("subscribers", "show", CAT, "--json").out)["status"] == "pending"


def test_an_existing_subscriber_changes_only_with_proof(run: Run) -> None:
    add = ("subscribers", "add", ANN, "--frequency", "weekly")
    assert "nothing was changed" in run(*add).out
    assert "sent what you said now" in run(*add, "--consent", "telephone, 3 May").out
    assert "changed: administrator: telephone, 3 May" in run("subscribers", "consent", ANN).out


def test_confirming_an_ended_subscription_says_how_to_add_it_again(run: Run) -> None:
    run("subscribers", "remove", ANN)
    ran = run("subscribers", "confirm", ANN, "--consent", "form")
    assert ran.status == 1
    assert f"{ANN} is ended" in ran.err
    assert "newsletter subscribers add" in ran.err


def test_an_unknown_suppressed_address_is_reported_as_suppressed(run: Run) -> None:
    run("subscribers", "erase", ANN, "--yes")
    ran = run("subscribers", "show", ANN)
    assert ran.status == 1
    assert "no subscriber has the address" in ran.err
    assert "suppressed (erased at their own request)" in ran.err


def test_the_first_suppression_reason_is_kept(run: Run) -> None:
    suppress = ("subscribers", "suppress", ANN, "--reason")
    run(*suppress, "asked by telephone")
    assert "suppressed already (asked by telephone)" in run(*suppress, "other").out


def test_erased_subscribers_are_listed_only_on_request(run: Run) -> None:
    run("subscribers", "erase", ANN, "--yes")
    statuses = {row["status"] for row in json.loads(run("subscribers", "list", "--json").out)}
    assert statuses == {"confirmed", "pending"}
    erased = json.loads(run("subscribers", "list", "--json", "--status", "erased").out)
    assert [row["address"] for row in erased] == [None]
