"""The look of site and mail as a colour is chosen, in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy
from urllib.parse import urljoin

import pytest
from browsers import launched
from console_server import served_console, sign_in
from playwright.sync_api import Page, expect
from support import add_article

from newsletter.clock import SystemClock
from newsletter.staff.permissions import Role

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Page]:
    """A browser in which an owner of a site with one article has signed in."""
    folder = tmp_path_factory.mktemp("look")
    database = copy(sqlite_template, folder / "newsletter.db")
    with served_console(folder, f"sqlite:///{database}", SystemClock()) as (base, console):
        console.add_member(Role.OWNER)
        with console.app.database.write() as session:
            add_article(session, "Homes agreed", console.app.clock.now())
        with launched() as browser:
            page = browser.new_page()
            sign_in(page, base, "owner")
            yield page


@pytest.fixture
def look(opened: Page) -> Page:
    """The page of the look as it is stored."""
    opened.goto(urljoin(opened.url, "/console/look"))
    return opened


def test_site_and_mail_follow_a_colour_as_it_is_typed(look: Page) -> None:
    look.locator("[name=ink]").fill("#7a1f5c")
    site = look.frame_locator("[data-look-frame=site]")
    expect(site.locator("html")).to_have_css("--ink", "#7a1f5c")
    mail = look.frame_locator("[data-look-frame=mail]")
    expect(mail.locator("[style*='#7a1f5c']").first).to_be_attached()


def test_a_dark_colour_is_shown_in_dark_mode(look: Page) -> None:
    look.locator("[name=paper_dark]").fill("#002040")
    site = look.frame_locator("[data-look-frame=site]")
    expect(site.locator("html")).to_have_css("--paper", "#002040")


def test_whether_it_can_be_read_is_told_while_choosing(look: Page) -> None:
    look.locator("[name=ink]").fill("#dddddd")
    expect(look.locator("[data-look-contrasts] li").first).to_contain_text("too little")
