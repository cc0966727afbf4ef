"""Commands that read the list: segments, search, consent, reasons, export."""

import csv
import io
import json
from pathlib import Path

import pytest
from support import Run

pytestmark = pytest.mark.usefixtures("site")
ANN, BEN, CAT = "ann@wexcombe.example", "ben@wexcombe.example", "cat@wexcombe.example"


def addresses(run: Run, *options: str) -> list[str]:
    return [
        row["address"] for row in json.loads(run("subscribers", "list", "--json", *options).out)
    ]


@pytest.mark.parametrize(
    ("text", "found"), [("ANN", [ANN]), ("wexcombe", [CAT, BEN, ANN]), ("100%", []), ("_", [])]
)
def test_the_list_is_searched_by_part_of_an_address_or_name(
    run: Run, text: str, found: list[str]
) -> None:
    assert addresses(run, "--search", text) == found


def test_the_list_is_paged(run: Run) -> None:
    first = run("subscribers", "list", "--limit", "2")
    assert ANN not in first.out
    assert "--below 2" in first.err
    assert addresses(run, "--below", "2") == [ANN]


def test_a_segment_is_added_counted_listed_and_removed(run: Run) -> None:
    segments = ("subscribers", "segments")
    added = run(*segments, "add", "pending", "status = pending")
    assert "has 1 people" in added.out
    assert json.loads(run(*segments, "list", "--json").out)[0]["people"] == 1
    assert run(*segments, "count", "pending").out.strip() == "1"
    assert addresses(run, "--segment", "pending") == [CAT]
    assert run(*segments, "remove", "pending").status == 0
    assert "there is no segment" in run(*segments, "count", "pending").err


@pytest.mark.parametrize("name", ["Pending", "a b", "status = pending", ""])
def test_an_ambiguous_segment_name_is_refused(run: Run, name: str) -> None:
    assert run("subscribers", "segments", "add", name, "status = pending").status == 1


def test_an_invalid_expression_is_refused_with_an_example(run: Run) -> None:
    ran = run("subscribers", "segments", "count", "topic == housing")
    assert ran.status == 1
    assert "topic = housing" in ran.err


def test_erased_subscribers_are_in_no_segment(run: Run) -> None:
    before = run("subscribers", "segments", "count", "not status = confirmed").out
    run("subscribers", "erase", CAT, "--yes")
    after = run("subscribers", "segments", "count", "not status = confirmed").out
    assert (before.strip(), after.strip()) == ("1", "0")


def test_a_bulletin_goes_to_its_segment_alone(run: Run, tmp_path: Path) -> None:
    text = tmp_path / "b.md"
    text.write_text("Come on Sunday.\n")
    send = ("bulletin", "send", str(text), "--subject", "Sunday", "--preview")
    ran = run(*send, "--segment", 'name ~ "ann"')
    assert "1 would not: not in the segment" in ran.out + ran.err
    assert run(*send, "--segment", "unheard-of").status == 1
    assert run(*send, "--segment", "name ~").status == 1


def test_the_proof_of_consent_is_printed_whole(run: Run) -> None:
    printed = run("subscribers", "consent", ANN).out
    assert "asked: administrator: form" in printed
    assert "given: administrator: form" in printed
    assert "chose: regular" in printed
    events = json.loads(run("subscribers", "consent", ANN, "--json").out)
    assert [event["kind"] for event in events] == ["asked", "given"]


def test_an_empty_list_of_reasons_is_reported(run: Run) -> None:
    assert "Nobody has given a reason." in run("subscribers", "reasons").out


def test_an_export_can_be_imported_again(run: Run, tmp_path: Path) -> None:
    add = ("subscribers", "add", "eve@wexcombe.example", "--consent", "form")
    run(*add, "--name", "=HYPERLINK(1)", "--topic", "housing")
    target = tmp_path / "list.csv"
    assert "4 people written." in run("subscribers", "export", str(target)).err
    assert "'=HYPERLINK(1)" in target.read_text()
    run("subscribers", "erase", "eve@wexcombe.example", "--yes")
    run("subscribers", "unsuppress", "eve@wexcombe.example")
    again = run("subscribers", "import", str(target), "--consent", "our own list", "--json")
    assert json.loads(again.out) == {"unchanged": 3, "confirmed": 1, "import": 1}
    shown = json.loads(run("subscribers", "show", "eve@wexcombe.example", "--json").out)
    assert (shown["name"], shown["topics"]) == ("=HYPERLINK(1)", ["housing"])


def test_a_part_can_be_exported_and_as_json(run: Run) -> None:
    lines = run("subscribers", "export", "--format", "json", "--status", "pending").out
    assert [json.loads(line)["email"] for line in lines.splitlines()] == [CAT]
    table = run("subscribers", "export", "--segment", "topic = housing and not topic is empty").out
    assert [row["email"] for row in csv.DictReader(io.StringIO(table))] == [BEN]


def test_an_unknown_topic_is_warned_of_with_the_nearest_match(run: Run) -> None:
    counted = run("subscribers", "segments", "count", "topic = housng or digest = fridy")
    assert "There is no topic 'housng'; did you mean housing?" in counted.err
    assert "There is no digest 'fridy'; did you mean friday?" in counted.err
    assert counted.status == 0
    assert not run("subscribers", "segments", "count", "topic = housing").err
