"""The two tasks that decide, on a telephone: Friday's digest on two pages, a bulletin on four."""

from datetime import timedelta
from pathlib import Path

from browsers import launched, page_width
from console_server import served_console, sign_in
from console_support import Console
from playwright.sync_api import Page, expect
from sqlalchemy import select
from support import add_article, add_subscriber

from newsletter.clock import FixedClock, SystemClock
from newsletter.editions.models import Edition, EditionState
from newsletter.staff.permissions import Role

TELEPHONE = {"width": 360, "height": 740}


def fill_site(console: Console) -> None:
    now = console.app.clock.now()
    with console.app.database.write() as session:
        for hours, title in enumerate(("Homes", "Buses", "Trees"), start=1):
            at = now - timedelta(hours=hours)
            add_article(session, title, at, topics=[title.lower()])
        add_subscriber(session, "ann@wexcombe.example", now, name="Ann")
        add_subscriber(session, "ben@wexcombe.example", now, topics=["homes"])
    console.add_member(Role.SENDER)


def states(console: Console) -> list[EditionState]:
    with console.app.database.read() as session:
        return list(session.scalars(select(Edition.state).order_by(Edition.id)))


def fits(page: Page) -> bool:
    """Whether nothing sticks out at the side."""
    return page_width(page) <= TELEPHONE["width"]


def approve_the_digest(page: Page, base: str) -> None:
    page.goto(f"{base}/console/digests/friday")
    page.get_by_role("button", name="Drop “Buses” this time").click()
    page.get_by_role("button", name="Move “Trees” up").click()
    page.get_by_label("A greeting above the stories").fill("Good morning.")
    assert fits(page)
    page.get_by_role("button", name="Preview").click()
    mail = page.frame_locator("iframe")
    expect(mail.get_by_text("Good morning.")).to_be_visible()
    page.get_by_label("A subscriber’s address").fill("ben@wexcombe.example")
    page.get_by_role("button", name="Show").click()
    expect(mail.get_by_role("heading", name="Homes")).to_be_visible()
    expect(mail.get_by_text("Trees")).to_have_count(0)
    assert fits(page)
    page.get_by_role("button", name="Approve as it is").click()
    page.get_by_text("Until it leaves, you can take it back.").wait_for()


def send_a_bulletin_and_take_it_back(page: Page, base: str) -> None:
    page.goto(f"{base}/console/bulletins/new")
    page.get_by_label("Subject").fill("Flood")
    text = page.get_by_role("textbox", name="Text", exact=True)
    text.fill("Stay home.")
    page.get_by_label("Buses").check()
    expect(page.get_by_text("1 person gets it")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("link", name="Send …").click()
    page.get_by_role("button", name="Send to 1 person").click()
    expect(page.get_by_text("leaves in")).to_be_visible()
    assert fits(page)
    page.get_by_role("button", name="Take it back").first.click()
    page.get_by_text("Taken back. Nobody was mailed").wait_for()
    page.get_by_role("link", name="Change it").click()
    expect(text).to_contain_text("Stay home.")


def test_a_digest_is_approved_and_a_bulletin_sent_and_taken_back_on_a_telephone(
    tmp_path: Path, sqlite_url: str
) -> None:
    clock = FixedClock(SystemClock().now())
    with served_console(tmp_path, sqlite_url, clock) as (base, console), launched() as browser:
        fill_site(console)
        page = browser.new_page(viewport=TELEPHONE)
        page.set_default_timeout(15_000)
        sign_in(page, base, "sender")
        approve_the_digest(page, base)
        assert states(console)[0] is EditionState.QUEUED
        send_a_bulletin_and_take_it_back(page, base)
        assert states(console)[-1] is EditionState.CANCELLED
