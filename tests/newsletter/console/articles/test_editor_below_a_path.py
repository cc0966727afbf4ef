"""The editor of a site that stands below a path of its host, in a real browser."""

from pathlib import Path

import pytest
from browsers import launched
from console_server import served_console, sign_in
from console_support import Console
from playwright.sync_api import expect
from sqlalchemy import update
from support import add_article

from newsletter.articles.models import Article
from newsletter.clock import FixedClock, SystemClock
from newsletter.staff.permissions import Role

pytestmark = pytest.mark.browser

PICTURE = f"/media/{'0' * 32}.jpg"
BODY = f'<p>Words.</p><p><img src="{PICTURE}" alt="A house"></p>'


def fill(console: Console, clock: FixedClock) -> None:
    console.add_member(Role.EDITOR)
    with console.app.database.write() as session:
        add_article(session, "Homes", clock.now())
        session.execute(update(Article).values(body_html=BODY))


def test_pictures_are_found_below_the_path_and_stored_without_it(
    tmp_path: Path, sqlite_url: str
) -> None:
    clock = FixedClock(SystemClock().now())
    served = served_console(tmp_path, sqlite_url, clock, below="/news")
    with served as (base, console), launched() as browser:
        fill(console, clock)
        page = browser.new_page()
        page.set_default_timeout(15_000)
        sign_in(page, base, "editor")
        page.goto(f"{base}/console/articles/1")
        expect(page.get_by_alt_text("A house")).to_have_attribute("src", f"/news{PICTURE}")
        assert page.evaluate("window.articleEditor.html()") == BODY
