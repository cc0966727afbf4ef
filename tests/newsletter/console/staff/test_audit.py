"""The audit log in the console."""

from console_support import Console

from newsletter.actions import settings
from newsletter.staff.actors import operator
from newsletter.staff.permissions import Role


def change(console: Console, times: int = 1) -> None:
    for number in range(times):
        settings.change(console.app, operator("ann"), {"site.description": f"News {number}"})


def test_a_line_says_who_did_what(console: Console) -> None:
    change(console)
    text = console.as_role(Role.OWNER).get("/audit").text
    assert "ann, on the command line" in text
    assert "settings.change" in text


def test_lines_are_filtered_by_what_was_done(console: Console) -> None:
    change(console)
    owner = console.as_role(Role.OWNER)
    assert "settings.change" not in owner.get("/audit?action=editions").text


def test_a_long_log_is_shown_page_by_page(console: Console) -> None:
    change(console, 60)
    owner = console.as_role(Role.OWNER)
    first = owner.get("/audit").text
    assert first.count("settings.change") == 50
    assert owner.get("/audit?after=11").text.count("settings.change") == 10
    assert "after=11" in first


def test_the_file_has_all_lines_that_the_filters_let_through(console: Console) -> None:
    change(console, 60)
    file = console.as_role(Role.OWNER).get("/audit?action=settings&format=csv")
    assert len(file.text.splitlines()) == 61


def test_a_cell_that_a_spreadsheet_would_run_is_quoted(console: Console) -> None:
    console.add_member(Role.VIEWER, name="=HYPERLINK(1)")
    assert "'=HYPERLINK(1)" in console.as_role(Role.OWNER).get("/staff?format=csv").text


def test_what_a_filter_does_not_understand_is_left_out(console: Console) -> None:
    change(console)
    owner = console.as_role(Role.OWNER)
    assert owner.get("/audit?after=x&since=yesterday&sort=%00").status_code == 200
