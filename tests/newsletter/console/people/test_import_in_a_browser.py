"""Importing a list in a real browser on a telephone: mend rows, see that nobody comes back."""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from browsers import launched, page_width
from console_support import PASSWORD, Console
from playwright.sync_api import Page
from support import CONFIG, SECRET, RecordedNewsletter
from threads import asgi_server

from newsletter.actions import suppressions
from newsletter.clock import FixedClock
from newsletter.config.loading import parse_config
from newsletter.console.app import create_console
from newsletter.staff.actors import operator
from newsletter.staff.permissions import Role
from subscribers import store as people
from subscribers.addresses import hash_address

EXPORT = """\
Email Address,First Name,MEMBER_RATING,OPTIN_TIME,UNSUB_TIME,LEID,EUID
ann@wexcombe.example,Ann,2,2024-05-01 10:00:00,,1,a
ben at wexcombe.example,Ben,2,2024-05-01 10:00:00,,2,b
cat@wexcombe.example,Cat
dan@wexcombe.example,Dan,2,2024-05-01 10:00:00,2025-06-01 09:00:00,4,d
eve,Eve,2,2024-05-01 10:00:00,,5,e
gone@wexcombe.example,Gus,2,2024-05-01 10:00:00,,6,f
"""


@pytest.fixture
def app(tmp_path: Path, sqlite_url: str, clock: FixedClock) -> Iterator[tuple[str, Console]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        text = CONFIG.format(secret=SECRET, database=sqlite_url)
        text = text.replace("https://wexcombe.example", base)
        path = tmp_path / "newsletter.toml"
        site = RecordedNewsletter(parse_config(text, path, {}), path, clock)
        console = Console(app=site, runner=None)  # type: ignore[arg-type] # no request of its own
        with closing(site), asgi_server(create_console(site), listener, log_level="error"):
            yield base, console


def sign_in(page: Page, base: str) -> None:
    page.goto(f"{base}/console/sign-in")
    page.get_by_label("Mail address").fill("owner@wexcombe.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console")


def fill(page: Page, row: int, heading: str, value: str) -> None:
    """Type into a field of a row to mend."""
    group = page.get_by_role("group", name=f"Row {row}")
    group.get_by_label(heading, exact=True).fill(value)


def status(console: Console, address: str) -> str:
    with console.app.database.read() as session:
        address_hash = hash_address(console.app.secret, address)
        if people.find_suppression(session, address_hash):
            return "suppressed"
        found = people.find_by_hash(session, address_hash)
        return found.status.value if found else ""


def test_a_list_is_brought_in_on_four_pages_and_whoever_left_stays_away(
    app: tuple[str, Console], tmp_path: Path
) -> None:
    base, console = app
    console.add_member(Role.OWNER)
    suppressions.add(console.app, operator("ann"), [["gone@wexcombe.example"]], "asked by letter")
    export = tmp_path / "members_export.csv"
    export.write_text(EXPORT, encoding="utf-8")
    with launched() as browser:
        page = browser.new_page(viewport={"width": 360, "height": 740})
        sign_in(page, base)
        page.goto(f"{base}/console/people/import")
        page.get_by_label("The file").set_input_files(export)
        page.get_by_role("button", name="Check the file").click()
        page.get_by_role("heading", name="What would come of it").wait_for()
        assert page.get_by_text("dan@wexcombe.example", exact=True).is_visible()
        assert page.get_by_text("suppressed: asked by letter").is_visible()
        fill(page, 3, "Email Address", "ben@wexcombe.example")
        fill(page, 4, "OPTIN_TIME", "2024-05-01 10:00:00")
        fill(page, 6, "Email Address", "eve@wexcombe.example")
        page.get_by_label("How and when they agreed").fill("sign-up form of the old site")
        page.get_by_role("button", name="Mend and import").click()
        page.get_by_role("heading", name="What came of it").wait_for()
        width = page_width(page)
    assert width <= 360
    for name in ("ann", "ben", "cat", "eve"):
        assert status(console, f"{name}@wexcombe.example") == "confirmed", name
    for name in ("dan", "gone"):
        assert status(console, f"{name}@wexcombe.example") == "suppressed", name
