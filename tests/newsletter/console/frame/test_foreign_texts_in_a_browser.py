"""What outsiders write, on the pages that show it: nothing runs, and nothing breaks a telephone.

A mail server answers with markup, endless words and control characters; a bounce, a file of
articles and a list of people bring the same.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from browsers import launched
from console_server import served_console, sign_in
from console_support import Console
from faulty_smtp import FaultySmtp, say
from playwright.sync_api import Browser, Page
from support import add_article, add_subscriber

from newsletter.actions import bulletins, feedback
from newsletter.clock import FixedClock
from newsletter.editions.compose import BulletinDraft
from newsletter.staff.actors import operator, provider
from newsletter.staff.permissions import Role
from newsletter.transports.events import Event, EventKind, EventSource

pytestmark = pytest.mark.browser

MARKUP = '"><img src=x onerror="document.title=1"><script>document.title=2</script></textarea>'
ENDLESS = "w" * 300
CONTROLS = "\x1b[31mred\x1b[0m \u202egnp.exe\u202c \x00\x07 a\rb"
FOREIGN = f"{MARKUP} {ENDLESS} {CONTROLS}"
# What the policy of the pages would keep from running counts as well.
INJECTED = "document.querySelectorAll('[onerror], script:not([src], [type$=json])').length"
OVERFLOWS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
ANN, BEN, CAT = (f"{name}@wexcombe.example" for name in ("ann", "ben", "cat"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()


@pytest.fixture
def served(tmp_path: Path, sqlite_url: str, clock: FixedClock) -> Iterator[tuple[str, Console]]:
    answers = [say(f"550 5.1.1 {FOREIGN}"), say(f"451 4.7.1 {FOREIGN}"), None]
    server = FaultySmtp({"RCPT": answers, "content": say(f"250 {FOREIGN}")})
    with served_console(tmp_path, sqlite_url, clock, smtp_port=server.port) as served:
        yield served
    server.stop()


def send_a_bulletin(console: Console, clock: FixedClock) -> None:
    now = console.app.clock.now()
    with console.app.database.write() as session:
        add_article(session, FOREIGN[:500], now)
        for address in (ANN, BEN, CAT):
            add_subscriber(session, address, now, name=f"{MARKUP} {ENDLESS[:60]}")
    bulletins.send(console.app, operator("ann"), BulletinDraft(subject="Flood", text="Stay in."))
    clock.at += timedelta(minutes=10)
    console.app.engine.send_due()


def faults_of(page: Page, paths: tuple[str, ...], base: str) -> list[str]:
    found = []
    for path in paths:
        answer = page.goto(f"{base}/console{path}")
        assert answer is not None
        assert answer.ok, path
        found += faults_here(page)
    return found


def faults_here(page: Page) -> list[str]:
    found = []
    for details in page.locator("details").all():
        details.evaluate("element => { element.open = true; }")
    if page.evaluate(INJECTED):
        found.append(f"{page.url}: markup of others is in the page")
    if page.title() in {"1", "2"}:
        found.append(f"{page.url}: a script of others has run")
    for width in (320, 360, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        if over := page.evaluate(OVERFLOWS):
            found.append(f"{page.url}: {over} px too wide at {width} px")
    return found


def test_answers_of_a_mail_server(
    page: Page, served: tuple[str, Console], clock: FixedClock
) -> None:
    base, console = served
    console.add_member(Role.OWNER)
    send_a_bulletin(console, clock)
    sign_in(page, base, "owner")
    page.goto(f"{base}/console/editions/1/answers?state=failed")
    assert "550 5.1.1" in page.inner_text("main")
    states = tuple(f"/editions/1/answers?state={s}" for s in ("failed", "deferred", "sent"))
    people = tuple(f"/people/{number}" for number in (1, 2, 3))
    pages = ("", "/editions/1", "/editions/1/domains", "/people", "/articles", "/articles/1")
    assert faults_of(page, (*pages, *states, *people, "/people/1/mails/1", "/audit"), base) == []


def test_reports_of_bounces(page: Page, served: tuple[str, Console]) -> None:
    base, console = served
    console.add_member(Role.OWNER)
    with console.app.database.write() as session:
        add_subscriber(session, ANN, console.app.clock.now())
    event = Event(
        kind=EventKind.HARD,
        source=EventSource.WEBHOOK,
        recipient=ANN,
        status="5.1.1",
        reason=FOREIGN,
        evidence=FOREIGN.encode(),
    )
    feedback.record(console.app, provider("default"), [event])
    sign_in(page, base, "owner")
    paths = ("/feedback", "/feedback/1", "/feedback/domains", "/people/1", "/audit")
    assert faults_of(page, paths, base) == []


def test_lists_and_files(page: Page, served: tuple[str, Console]) -> None:
    base, console = served
    console.add_member(Role.OWNER)
    sign_in(page, base, "owner")
    page.goto(f"{base}/console/people/import")
    quoted = MARKUP.replace('"', '""')
    rows = f'email,"{quoted}",status,{ENDLESS}\n{ENDLESS},"{quoted}",{ENDLESS},{ENDLESS}\n'
    choose(page, "The file", f"{ENDLESS[:80]}{MARKUP.replace('/', '')}.csv", rows)
    page.get_by_role("button", name="Check the file").click()
    page.get_by_role("heading", name="Columns").wait_for()
    faults = faults_here(page)
    page.goto(f"{base}/console/articles/import")
    choose(page, "Files", f"{ENDLESS[:80]}{MARKUP.replace('/', '')}.docx", "no document")
    page.get_by_role("button", name="Import").click()
    page.get_by_role("heading", name="Imported").wait_for()
    assert faults + faults_here(page) == []


def choose(page: Page, label: str, name: str, content: str) -> None:
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content.encode()}
    page.get_by_label(label, exact=True).set_input_files(file)  # type: ignore[arg-type]
