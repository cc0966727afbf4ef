"""A subscriber's journey in a real browser, from sign-up to erasure.

On a telephone without JavaScript, and on a desk where axe-core looks at every page as well.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsers import follow, launched, page_width
from playwright.sync_api import Browser, BrowserContext, Page
from processes import running
from servers import free_port

pytestmark = pytest.mark.browser

# A notice is sent within one poll of the scheduler.
PATIENCE_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class Device:
    """A browser configuration."""

    name: str
    width: int
    height: int
    has_javascript: bool


PHONE = Device(name="phone", width=390, height=844, has_javascript=False)
DESK = Device(name="desk", width=1280, height=900, has_javascript=True)


@dataclass
class Visitor:
    """A visitor in a browser; each page visited is checked."""

    page: Page
    base: str
    device: Device
    faults: list[str] = field(default_factory=list)

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.look()

    def press(self, button: str) -> None:
        follow(self.page.get_by_role("button", name=button, exact=True))
        self.look()

    def click_link(self, words: str) -> None:
        follow(self.page.get_by_role("link", name=words))
        self.look()

    def look(self) -> None:
        """Record axe-core's findings, and whether the page is wider than the screen."""
        if not self.device.has_javascript:
            return
        found = Axe().run(self.page).response["violations"]
        self.faults += [f"{self.page.url}: {fault['id']}: {fault['help']}" for fault in found]
        width = page_width(self.page)
        if width > self.device.width:
            self.faults.append(f"{self.page.url}: {width} pixels wide")

    def main_text(self) -> str:
        return self.page.locator("main").inner_text()

    def link_mailed(self, to: str, kind: str) -> str:
        """The URL of a kind in the visitor's newest mail that has one."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            self.page.goto(f"{self.base}/mails")
            for row in self.page.locator("main li").filter(has_text=to).all()[:1]:
                follow(row.get_by_role("link").first)
                follow(self.page.get_by_role("link", name="Text", exact=True))
                found = re.search(rf"http://\S+/{kind}/\S+", self.main_text())
                if found:
                    return found[0]
            self.page.wait_for_timeout(300)
        raise AssertionError(f"no mail to {to} with a link to {kind}")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    address = f"http://127.0.0.1:{free_port()}"
    port = address.rpartition(":")[2]
    arguments = ("--config", "demo/newsletter.toml", "demo", "--people", "0", "--port", port)
    with running(tmp_path_factory.mktemp("demo"), *arguments, ready=f"{address}/"):
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as opened:
        yield opened


@pytest.fixture
def visit(browser: Browser, base: str) -> Iterator[Callable[[Device], Visitor]]:
    contexts: list[BrowserContext] = []

    def begin(device: Device) -> Visitor:
        context = browser.new_context(
            viewport={"width": device.width, "height": device.height},
            java_script_enabled=device.has_javascript,
        )
        contexts.append(context)
        return Visitor(page=context.new_page(), base=base, device=device)

    yield begin
    for context in contexts:
        context.close()


@pytest.mark.parametrize("device", [PHONE, DESK], ids=lambda device: device.name)
def test_subscriber_journey_from_sign_up_to_erasure(
    visit: Callable[[Device], Visitor], base: str, device: Device
) -> None:
    ann, moved = f"ann@{device.name}.example.org", f"ann@{device.name}.example.net"
    visitor = visit(device)
    join(visitor, base, ann)
    mine = choose(visitor)
    mine = move(visitor, mine, ann, moved)
    export(visitor, mine)
    leave_and_come_back(visitor, mine)
    erase(visitor, mine)
    assert visitor.faults == []


def test_the_embedded_form_leads_to_confirmation(
    visit: Callable[[Device], Visitor], base: str
) -> None:
    visitor, bea = visit(PHONE), "bea@copied.example.org"
    visitor.open(f"{base}/subscribe/form")
    copied = visitor.page.get_by_label("HTML to copy").inner_text()
    visitor.page.set_content(f"<!doctype html><title>Our village</title>{copied}")
    visitor.page.get_by_label("Your email address").fill(bea)
    visitor.page.get_by_label("Housing").check()
    visitor.press("Join")
    assert bea in visitor.main_text()
    visitor.open(visitor.link_mailed(bea, "confirm"))
    assert "I can leave at any time with one click." in visitor.main_text()


def join(visitor: Visitor, base: str, address: str) -> None:
    visitor.open(f"{base}/subscribe")
    visitor.page.get_by_label("Your email address").fill(address)
    visitor.page.get_by_label("Your name").fill("Ann")
    visitor.press("Join")
    assert address in visitor.main_text()
    visitor.open(visitor.link_mailed(address, "confirm"))
    visitor.press("Yes, send it to me")
    assert "You are on the list" in visitor.main_text()


def choose(visitor: Visitor) -> str:
    """Choose a topic and a pause on the preference page; returns its URL."""
    page = visitor.page
    visitor.click_link("Choose your topics")
    mine = page.url
    page.get_by_label("Housing").check()
    pause = page.get_by_label("Send nothing until")
    pause.fill(pause.get_attribute("max") or "")
    visitor.press("Save")
    assert "Saved." in visitor.main_text()
    assert page.get_by_label("Housing").is_checked()
    return mine


def move(visitor: Visitor, mine: str, old: str, new: str) -> str:
    """Move to another address; the address of the page there."""
    visitor.open(mine)
    visitor.page.get_by_label("Your new email address").fill(new)
    visitor.press("Send me mails there")
    assert f"What Wexcombe Forward sends to {old}" in visitor.main_text()
    visitor.open(visitor.link_mailed(new, "move"))
    visitor.press("Yes, mail me here")
    assert f"What Wexcombe Forward sends to {new}" in visitor.main_text()
    data = visitor.page.get_by_role("link", name="Your data").get_attribute("href") or ""
    return data.removesuffix("/data")


def export(visitor: Visitor, mine: str) -> None:
    visitor.open(f"{mine}/data")
    for link in ("As a table (CSV)", "For programs (JSON)"):
        with visitor.page.expect_download() as download:
            visitor.page.get_by_role("link", name=link).click()
        assert "Ann" in download.value.path().read_text(encoding="utf-8")


def leave_and_come_back(visitor: Visitor, mine: str) -> None:
    visitor.open(mine)
    visitor.click_link("Stop all mails")
    visitor.press("Only bulletins")
    assert "You stay on the list" in visitor.main_text()
    visitor.click_link("Stop all mails")
    visitor.page.get_by_text("Would you tell us why?").click()
    visitor.page.get_by_label("too many mails").check()
    visitor.press("Unsubscribe")
    assert "You are unsubscribed" in visitor.main_text()
    visitor.open(visitor.page.url)
    assert "You are unsubscribed" in visitor.main_text()
    visitor.press("Pressed by mistake? Undo it")
    assert "You are on the list" in visitor.main_text()


def erase(visitor: Visitor, mine: str) -> None:
    visitor.open(f"{mine}/data")
    visitor.page.get_by_label("I know that this cannot be undone.").check()
    visitor.press("Erase me")
    assert "You are erased" in visitor.main_text()
    visitor.page.goto(mine)
    assert "This link does not work" in visitor.main_text()
