"""The editor in a real browser: a paste from Word, a picture, and an article left as it is."""

import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from browsers import follow, launched
from pictures import gradient, saved
from playwright.sync_api import Page
from sqlalchemy import update
from support import CONFIG, SECRET, add_article
from threads import asgi_server
from word_clipboard import PASTE, RTF, WORD

from newsletter.app import Newsletter
from newsletter.articles import store
from newsletter.articles.models import Article, ArticleStatus
from newsletter.clock import FixedClock
from newsletter.config.loading import parse_config
from newsletter.console.frame.cookies import Cookies
from newsletter.media import store as media
from newsletter.serving.live import LiveSite
from newsletter.staff.account_models import StaffMember, StaffSession
from newsletter.staff.permissions import Role
from newsletter.staff.store import hash_token

pytestmark = pytest.mark.browser

# What other systems wrote: wrappers, attributes and blocks that the editor cannot show.
FOREIGN = (
    '<div><p>Nested <i>and</i> loose</p>text</div>\n\n<figure><img src="https://a.example/b.jpg">'
    '<figcaption>A caption</figcaption></figure><p dir="rtl">مرحبا</p>\n<ol start="3">'
    '<li value="9">nine</li></ol><p>Last  one.</p>'
)


@dataclass(frozen=True, kw_only=True)
class Served:
    app: Newsletter
    page: Page
    address: str
    problems: list[str]


@pytest.fixture
def served(tmp_path: Path, sqlite_url: str, clock: FixedClock) -> Iterator[Served]:
    """Site and console on this machine, with Ann signed in; what the browser complains of."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        text = CONFIG.format(secret=SECRET, database=sqlite_url)
        path = tmp_path / "newsletter.toml"
        config = parse_config(text.replace("https://wexcombe.example", address), path, {})
        app = Newsletter(config, path, clock)
        token = _sign_in(app)
        with closing(app), asgi_server(LiveSite(app), listening), launched() as browser:
            context = browser.new_context()
            name = Cookies(SECRET, address).session
            context.add_cookies([{"name": name, "value": token, "url": address}])
            page, problems = context.new_page(), []
            page.on("console", lambda message: problems.append(message.text))
            page.on("pageerror", lambda error: problems.append(str(error)))
            yield Served(app=app, page=page, address=address, problems=problems)


def _sign_in(app: Newsletter) -> str:
    now = app.clock.now()
    with app.database.write() as session:
        add_article(session, "Homes", now, topics=["housing"])
        ann = StaffMember(
            email="ann@wexcombe.example",
            name="Ann Moor",
            role=Role.EDITOR,
            granted=[],
            password_hash="",
            invited_at=now,
            joined_at=now,
        )
        session.add(ann)
        session.flush()
        session.add(
            StaffSession(
                member_id=ann.id,
                token_hash=hash_token("ann"),
                started_at=now,
                seen_at=now,
                proved_at=now,
                device="Firefox on Linux",
                network="192.0.2.7",
            )
        )
    return "ann"


def article(app: Newsletter, number: int) -> Article:
    with app.database.read() as session:
        return store.get(session, number)


def test_a_press_article_from_word_is_published_in_four_presses(served: Served) -> None:
    page = served.page
    page.goto(f"{served.address}/console/articles")
    follow(page.get_by_role("link", name="New article"))
    page.locator(".prose").wait_for()
    picture = saved(gradient(1600, 900), "JPEG")
    page.evaluate(PASTE, [WORD, RTF % picture.hex()])
    page.get_by_label("Housing").check()
    page.get_by_label("Publish tomorrow, 18:00").check()
    page.locator('.prose img[src^="/media/"]').wait_for()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("appears tomorrow, 18:00").wait_for()
    found = article(served.app, 2)
    with served.app.database.read() as session:
        [item] = media.page(session)
    assert (found.title, found.status) == ("Quay wall mended", ArticleStatus.SCHEDULED)
    assert found.published_at - served.app.clock.now() == timedelta(days=1, hours=9)
    assert found.body_html.replace("\n", "") == (
        "<p><strong>It holds</strong>, says "
        '<a href="https://wexcombe.example/council">the council</a>.</p>'
        "<ul><li>Stone</li><li>Lime</li></ul>"
        f'<p><img src="/media/{item.widest.hash}.jpg" alt="The quay at low tide" width="1072" '
        'height="603"></p>'
    )
    assert served.problems == []


def test_a_foreign_article_keeps_every_byte_but_those_of_what_is_changed(served: Served) -> None:
    with served.app.database.write() as session:
        session.execute(update(Article).values(body_html=FOREIGN, body_text="Nested and loose"))
    page = served.page
    page.goto(f"{served.address}/console/articles/1")
    page.get_by_label("Title").fill("Another title")
    page.get_by_role("button", name="Publish the changes").click()
    page.get_by_text("is published").wait_for()
    assert article(served.app, 1).body_html == FOREIGN
    page.goto(f"{served.address}/console/articles/1")
    page.locator(".prose").get_by_text("Last one.").click()
    page.keyboard.press("End")
    page.keyboard.type(" And more.")
    page.get_by_text("Your words are kept").wait_for()
    page.get_by_role("button", name="Publish the changes").click()
    page.get_by_text("is published").wait_for()
    before, _, _ = FOREIGN.partition("<p>Last")
    assert article(served.app, 1).body_html == f"{before}\n<p>Last one. And more.</p>"
