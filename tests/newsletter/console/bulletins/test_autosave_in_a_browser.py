"""A bulletin is saved while it is written, and its buttons save what was written last."""

from pathlib import Path

from browsers import launched
from console_server import served_console, sign_in
from console_support import Console
from playwright.sync_api import Page, expect

from newsletter.clock import FixedClock, SystemClock
from newsletter.editions.bulletins import store
from newsletter.editions.bulletins.writing import Writing, writing_of
from newsletter.staff.permissions import Role


def written(console: Console) -> Writing:
    with console.app.database.read() as session:
        return writing_of(store.by_id(session, 1))


def write(page: Page) -> None:
    page.get_by_label("Subject").fill("Flood")
    page.get_by_role("textbox", name="Text", exact=True).fill("Stay home.")
    expect(page.get_by_text("Saved as a draft")).to_be_visible()


def test_a_bulletin_is_saved_while_it_is_written(tmp_path: Path, sqlite_url: str) -> None:
    clock = FixedClock(SystemClock().now())
    with served_console(tmp_path, sqlite_url, clock) as (base, console), launched() as browser:
        console.add_member(Role.SENDER)
        page = browser.new_page()
        page.set_default_timeout(15_000)
        sign_in(page, base, "sender")
        page.goto(f"{base}/console/bulletins/new")
        page.get_by_label("Send at").fill("2027-01-01T09:00")
        expect(page.locator("[data-editor-status]")).to_have_text("")
        page.get_by_label("Send at").fill("")
        write(page)
        page.wait_for_url("**/bulletins/1")
        assert written(console) == Writing(subject="Flood", text="<p>Stay home.</p>", is_html=True)
        page.reload()
        page.get_by_label("Subject").fill("Flood tonight")
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text("Saved.").wait_for()
        assert written(console).subject == "Flood tonight"
