"""Every entry of the navigation leads to a page, and has its symbol."""

import re

import pytest
from console_support import Console

from newsletter.console.frame.presentation.navigation import ENTRIES
from newsletter.console.frame.presentation.views import static_folder
from newsletter.console.frame.screens import screens
from newsletter.staff.permissions import Role

ICONS = static_folder().parent / "_icons.html"


def test_every_entry_leads_to_a_page() -> None:
    pages = {route.path for route in screens() if route.method == "GET"}
    missing = {path for _, group in ENTRIES for _, path, _ in group} - pages
    assert not missing, f"write a page at {', '.join(missing)}, or leave its entry out"


def test_every_symbol_that_the_console_shows_is_drawn() -> None:
    drawn = set(re.findall(r'"([\w-]+)":', ICONS.read_text(encoding="utf-8")))
    templates = [path.read_text(encoding="utf-8") for path in ICONS.parent.rglob("*.html")]
    shown = {name for text in templates for name in re.findall(r'\bicon\("([\w-]+)"\)', text)}
    missing = (shown | {icon for _, group in ENTRIES for _, _, icon in group}) - drawn
    assert not missing, f"draw {', '.join(missing)} in templates/console/_icons.html"


@pytest.mark.parametrize(
    ("address", "above"),
    [("/people/2/pause", "/people/2"), ("/articles/7/publish", "/articles/7")],
)
def test_the_address_of_a_sent_form_leads_to_the_page_above_it(
    console: Console, address: str, above: str
) -> None:
    answer = console.as_role(Role.OWNER).get(address)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/console{above}")


def test_an_address_of_nothing_is_told(console: Console) -> None:
    assert console.as_role(Role.OWNER).get("/people/2/nonsense").status_code == 404
