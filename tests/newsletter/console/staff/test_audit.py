"""The audit log in the console."""

import csv
from datetime import timedelta

import pytest
from console_support import Console

from newsletter.actions import maintenance, settings
from newsletter.clock import FixedClock
from newsletter.staff.actors import SCHEDULE, operator
from newsletter.staff.permissions import Role

CHANGED = ">Changed settings</td>"


def change(console: Console, times: int = 1) -> None:
    for number in range(times):
        settings.change(console.app, operator("ann"), {"site.description": f"News {number}"})


def test_a_line_says_who_did_what(console: Console) -> None:
    change(console)
    text = console.as_role(Role.OWNER).get("/audit").text
    assert "ann, on the command line" in text
    assert CHANGED in text


@pytest.mark.parametrize(
    ("agent", "browser"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        ("<script>alert(1)</script>", "A browser"),
    ],
    ids=["known", "markup"],
)
def test_a_line_says_where_a_staff_member_acted_from(
    console: Console, agent: str, browser: str
) -> None:
    owner = console.as_role(Role.OWNER)
    fields = {"name": "Pat Lane", "email": "pat@wexcombe.example", "role": "viewer"}
    owner.send("/staff/invite", fields, headers={"user-agent": agent})
    [line] = csv.DictReader(owner.get("/audit?action=staff.invite&format=csv").text.splitlines())
    assert (line["Network"], line["Browser"]) == ("127.0.0.1", browser)


def test_where_somebody_acted_from_is_forgotten_in_time(
    console: Console, clock: FixedClock
) -> None:
    owner = console.as_role(Role.OWNER)
    owner.send("/sign-out")
    assert "127.0.0.1" in console.as_role(Role.OWNER).get("/audit").text
    clock.at += console.app.config.console.keep_origins + timedelta(seconds=1)
    maintenance.forget_people(console.app, SCHEDULE)
    page = console.as_role(Role.OWNER).get("/audit").text
    assert "Signed out" in page
    assert "127.0.0.1" not in page


def test_a_line_leads_to_what_it_is_about(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    owner.send("/bulletins/new", {"subject": "Flood"})
    assert '<a href="/console/bulletins/1">bulletin 1</a>' in owner.get("/audit").text


def test_lines_are_filtered_by_what_was_done(console: Console) -> None:
    change(console)
    owner = console.as_role(Role.OWNER)
    assert CHANGED not in owner.get("/audit?action=editions").text
    assert CHANGED in owner.get("/audit?action=settings.change").text


def test_lines_are_filtered_by_what_they_are_about(console: Console) -> None:
    change(console)
    owner = console.as_role(Role.OWNER)
    assert CHANGED in owner.get("/audit?kind=setting&name=site.description").text
    assert CHANGED in owner.get("/audit?name=site.description").text
    assert CHANGED not in owner.get("/audit?name=7").text


def test_lines_are_filtered_by_days_the_last_one_included(
    console: Console, clock: FixedClock
) -> None:
    change(console)
    owner, day = console.as_role(Role.OWNER), clock.now().date()
    before = day - timedelta(days=1)
    assert CHANGED in owner.get(f"/audit?since={day}&until={day}").text
    assert CHANGED not in owner.get(f"/audit?until={before}").text


def test_a_long_log_is_shown_page_by_page(console: Console) -> None:
    change(console, 60)
    owner = console.as_role(Role.OWNER)
    first = owner.get("/audit").text
    assert first.count(CHANGED) == 50
    assert owner.get("/audit?after=11").text.count(CHANGED) == 10
    assert "after=11" in first


def test_the_file_has_all_lines_that_the_filters_let_through(console: Console) -> None:
    change(console, 60)
    file = console.as_role(Role.OWNER).get("/audit?action=settings&format=csv")
    assert len(file.text.splitlines()) == 61


def test_a_long_list_is_cut_on_the_page_and_whole_in_the_file(console: Console) -> None:
    words = ("heading_font", "text_font", "footer")
    colour = {"masthead": "#123456"}
    numbers = ("logo_width", "logo_height")
    changed = {**colour, **dict.fromkeys(words, "Georgia"), **dict.fromkeys(numbers, "300")}
    keys = {f"theme.{name}": value for name, value in changed.items()}
    settings.change(console.app, operator("ann"), keys)
    owner = console.as_role(Role.OWNER)
    [line] = csv.DictReader(owner.get("/audit?format=csv").text.splitlines())
    assert set(line["Details"].removeprefix("keys ").split(", ")) == set(keys)
    assert "and 1 more" in owner.get("/audit").text


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        *(("=HYPERLINK(1)", "'=HYPERLINK(1)"), (" =HYPERLINK(1)", "' =HYPERLINK(1)")),
        *(("Pat;=HYPERLINK(1)", "Pat;'=HYPERLINK(1)"), ("＝1+1", "'＝1+1")),
    ],
)
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(
    console: Console, name: str, cell: str
) -> None:
    console.add_member(Role.VIEWER, name=name)
    assert cell in console.as_role(Role.OWNER).get("/staff?format=csv").text


def test_an_unknown_filter_value_is_left_out(console: Console) -> None:
    change(console)
    owner = console.as_role(Role.OWNER)
    assert owner.get("/audit?after=x&since=yesterday&sort=%00").status_code == 200
