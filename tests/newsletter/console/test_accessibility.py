"""Pages in a real browser: axe-core, light and dark, on a telephone; passkeys."""

import socket
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsers import launched, page_width
from playwright.sync_api import Browser, BrowserContext, Page, expect
from support import RecordingTransport, add_article, add_subscriber, make_app
from threads import asgi_server

from newsletter.actions import bulletins, digests, staff
from newsletter.clock import SystemClock
from newsletter.console.app import create_console
from newsletter.console.frame.presentation.navigation import ENTRIES
from newsletter.editions.compose import BulletinDraft
from newsletter.staff.actors import VISITOR, operator
from newsletter.staff.sign_in import passwords

pytestmark = pytest.mark.browser

PASSWORD = "four random words here"
EMAIL = "ada@wexcombe.example"
FOCUSED = """() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  return {
    words: element.textContent.trim(),
    is_seen: style.outlineStyle !== "none" || style.boxShadow !== "none",
  };
}"""
LEVELS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
# Every page of the navigation, and others that look unlike them.
PAGES = (
    "",
    *(path for _, entries in ENTRIES for _, path, _ in entries if path != "/"),
    "/digests/friday",
    "/bulletins/new",
    "/editions/2",
    "/editions/2/look",
    "/setup",
    "/staff/1",
    "/staff/invite",
    "/staff/keys",
    "/staff/keys/new",
    "/account",
    "/account/passkey",
    "/account/authenticator",
    "/stop",
)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[str]:
    """A console with something of everything in it; passkeys want a name, not a number."""
    folder = tmp_path_factory.mktemp("console")
    database = folder / "newsletter.db"
    database.write_bytes(sqlite_template.read_bytes())
    with socket.create_server(("localhost", 0)) as listening:
        url = f"http://localhost:{listening.getsockname()[1]}"
        app = make_app(
            folder, f"sqlite:///{database}", SystemClock(), transport=RecordingTransport()
        )
        site = app.config.site.model_copy(update={"base_url": url})
        app.config = app.config.model_copy(update={"site": site})
        now, ann = app.clock.now(), operator("ann")
        with app.database.write() as session:
            add_article(session, "Homes agreed", now, topics=["housing"])
            add_subscriber(session, "bea@wexcombe.example", now, name="Bea")
        digests.compose(app, ann, "friday")
        bulletins.send(app, ann, BulletinDraft(subject="Flood", text="Stay in."))
        hashed = passwords.hashed(PASSWORD)
        staff.set_up(app, VISITOR, email=EMAIL, name="Ada Moor", password_hash=hashed)
        with closing(app), asgi_server(create_console(app), listening):
            yield f"{url}/console"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as opened:
        yield opened


def signed_in(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(address)
    return page


# As WCAG 2.2 describes it (1.4.12).
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important;
word-spacing: .16em !important } p { margin-bottom: 2em !important }"""
LARGE = "html { font-size: 200% }"
# By the name of a fault: the style of an extension or of the visitor's own, and the screen.
STYLES = {
    "wider than the telephone": ("", 360),
    "wider than the telephone in large text": (LARGE, 360),
    "wider than the desk in large text": (LARGE, 1280),
    "wider than a narrow telephone in spaced text": (SPACED, 320),
}
STYLED = """style => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [sheet];
}"""


def axe_faults(page: Page, rules: list[str]) -> list[object]:
    """Rules that the page breaks, each with where."""
    found = Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]})
    return [
        (fault["id"], [node["html"][:120] for node in fault["nodes"][:3]])
        for fault in found.response["violations"]
    ]


@pytest.fixture(scope="module")
def faults(browser: Browser, address: str) -> dict[str, dict[str, object]]:
    """By kind of fault, the pages that have it; each page is opened once."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = signed_in(context, address)
    found: dict[str, dict[str, object]] = defaultdict(dict)
    for number, path in enumerate(PAGES):
        page.goto(address + path)
        if broken := axe_faults(page, LEVELS):
            found["rules"][path] = broken
        # In the dark other colours are used, and nothing else differs.
        if number % 4 == 0:
            page.emulate_media(color_scheme="dark")
            if broken := axe_faults(page, ["color-contrast"]):
                found["rules in the dark"][path] = broken
            page.emulate_media(color_scheme="light")
        for kind, (style, width) in STYLES.items():
            page.set_viewport_size({"width": width, "height": 740})
            page.evaluate(STYLED, style)
            if (pixels := page_width(page)) > width:
                found[kind][path] = pixels
        page.set_viewport_size({"width": 360, "height": 740})
    context.close()
    return found


@pytest.mark.parametrize("kind", ["rules", "rules in the dark", *STYLES])
def test_no_page_has_a_fault_of_accessibility(
    faults: dict[str, dict[str, object]], kind: str
) -> None:
    assert not faults[kind]


def test_a_passkey_is_made_and_signs_in(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = signed_in(context, address)
    tools = context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(f"{address}/account/passkey")
    page.get_by_role("button", name="Make the passkey").click()
    page.wait_for_url(f"{address}/account")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(f"{address}/sign-in")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(address)
    assert page.get_by_role("heading", name="Today").count() == 1
    context.close()


def test_an_error_is_read_first_and_leads_to_its_field(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = signed_in(context, address)
    page.goto(f"{address}/people/add")
    page.locator("[name=frequency]:checked").evaluate("it => it.checked = false")
    page.locator("form.form button").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    for name in ("address", "frequency"):
        summary.locator(f"a[href='#field-{name}']").click()
        expect(page.locator(f"[name={name}]").first).to_be_focused()
    context.close()


def tab_to(page: Page, words: str) -> None:
    """Press Tab until the focus is on something with these words; it has to be seen each time."""
    for _ in range(100):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        assert focused["is_seen"], focused["words"]
        if focused["words"] == words:
            return
    raise AssertionError(f"the keyboard does not reach {words}")


def test_everything_is_stopped_by_the_keyboard_alone(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = signed_in(context, address)
    tab_to(page, "Skip to the content")
    tab_to(page, "Stop everything")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/stop")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tab_to(page, "Stop everything")
    page.keyboard.press("Enter")
    page.wait_for_url(address)
    assert page.locator(".notice").count()
    context.close()
