"""The demonstration in a real browser: what it shows, and leaving by the link in a mail."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsers import follow, launched, page_width
from playwright.sync_api import Browser, Page
from processes import running
from servers import free_port

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def base(folder: Path) -> Iterator[str]:
    address = f"http://127.0.0.1:{free_port()}"
    port = address.rpartition(":")[2]
    with running(
        folder,
        "--config",
        "demo/newsletter.toml",
        "demo",
        "--people",
        "0",
        "--port",
        port,
        ready=f"{address}/",
    ):
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    # Everything works without JavaScript.
    opened = browser.new_page(java_script_enabled=False)
    yield opened
    opened.close()


def open_mail_to(page: Page, base: str, address: str) -> None:
    page.goto(f"{base}/mails")
    page.locator("main a[href^='/mails/']", has_text=re.compile(".")).first.wait_for()
    rows = page.locator("main li, main tr").filter(has_text=address)
    follow(rows.locator("a[href^='/mails/']").first)


def test_the_front_page_shows_the_articles_and_leads_to_them(page: Page, base: str) -> None:
    page.goto(base)
    title = page.locator("main h2 a, main h1 a").first
    text = title.inner_text()
    follow(title)
    assert page.locator("main h1").inner_text() == text


def test_the_printed_link_signs_the_owner_in(browser: Browser, base: str, folder: Path) -> None:
    printed = re.search(rf"{base}/console/enter/\S+", (folder / "process.log").read_text())
    assert printed
    page = browser.new_page()
    page.goto(printed[0])
    page.get_by_role("heading", name="Today").wait_for()
    page.close()


def test_the_caught_mails_are_shown_as_html_text_and_source(page: Page, base: str) -> None:
    open_mail_to(page, base, "carys@example.net")
    assert page.frame_locator("iframe").first.get_by_text("Dear Carys Llewellyn").count()
    follow(page.get_by_role("link", name="Text", exact=True))
    assert "Dear Carys Llewellyn" in page.locator("main").inner_text()
    follow(page.get_by_role("link", name="Source", exact=True))
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in page.locator("main").inner_text()


def test_pending_and_unsubscribed_samples_got_no_mail(page: Page, base: str) -> None:
    page.goto(f"{base}/mails")
    shown = page.locator("main").inner_text()
    for address in ("greta@example.com", "hal@example.com", "farid@example.com"):
        assert address not in shown


def test_the_unsubscribe_link_needs_one_press(page: Page, base: str) -> None:
    open_mail_to(page, base, "b.okoro@example.org")
    follow(page.get_by_role("link", name="Text", exact=True))
    found = re.search(r"http://\S+/unsubscribe/\S+", page.locator("main").inner_text())
    assert found is not None
    page.goto(found[0])
    follow(page.get_by_role("button", name="Unsubscribe", exact=True))
    assert "/unsubscribe/" in page.url
    page.goto(found[0])
    assert page.locator("main h1").count() == 1


@pytest.mark.parametrize("path", ["/", "/mails", "/editions/1", "/topics/housing", "/search?q=bus"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_needs_horizontal_scrolling(
    browser: Browser, base: str, path: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(base + path)
    assert page_width(page) <= width
    page.close()
