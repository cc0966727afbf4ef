"""Preflight checks: a faulty edition stops before anybody is mailed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support import RecordingTransport, add_article, add_subscriber, make_app

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.delivery import control
from newsletter.editions import store
from newsletter.editions.compose import BulletinDraft, compose_bulletin, compose_digest
from newsletter.editions.each_article import compose_single
from newsletter.editions.models import Edition, EditionState
from newsletter.errors import SendingRefused
from subscribers.models import Frequency

FAULTY = (
    '<p>News <img src="https://x.example/a.png" width="9"></p>'
    '<p><a href="https://x.example/"><img src="https://x.example/b.png" alt="" width="9"></a></p>'
)


@pytest.fixture
def transport() -> RecordingTransport:
    return RecordingTransport()


@pytest.fixture
def app(
    tmp_path: Path, sqlite_url: str, clock: FixedClock, transport: RecordingTransport
) -> Iterator[Newsletter]:
    site = make_app(tmp_path, sqlite_url, clock, "\n[lint]\nlinks = false\n", transport)
    with site.database.write() as session:
        add_subscriber(session, "ann@example.org", clock.now(), frequency=Frequency.EVERYTHING)
    yield site
    site.close()


def bulletin(app: Newsletter, html: str) -> int:
    draft = BulletinDraft(subject="News", text=html, is_html=True)
    with app.database.write() as session:
        return compose_bulletin(session, app.config, draft, app.clock.now() - timedelta(hours=1)).id


def edition(app: Newsletter, number: int) -> Edition:
    with app.database.read() as session:
        return store.by_id(session, number)


def test_a_faulty_edition_stops_with_every_fault_in_its_note(
    app: Newsletter, transport: RecordingTransport
) -> None:
    number = bulletin(app, FAULTY)
    app.engine.send_due()
    found = edition(app, number)
    assert found.state is EditionState.STOPPED
    assert "a.png has no alt" in found.note
    assert "b.png is all there is of a link" in found.note
    assert transport.taken == []


def test_an_ignored_rule_does_not_stop_a_resumed_edition(
    tmp_path: Path,
    sqlite_url: str,
    clock: FixedClock,
    app: Newsletter,
    transport: RecordingTransport,
) -> None:
    number = bulletin(app, FAULTY)
    app.engine.send_due()
    lenient = "\n[lint]\nlinks = false\nignore = ['alt']\n"
    site = make_app(tmp_path, sqlite_url, clock, lenient, transport)
    with site.database.write() as session:
        control.resume(session, number)
    site.engine.send_due()
    site.close()
    assert [mail.recipient for mail in transport.taken] == ["ann@example.org"]


def test_a_template_without_the_imprint_stops_it(app: Newsletter, tmp_path: Path) -> None:
    template = tmp_path / "templates" / "digest" / "body.txt"
    template.write_text(template.read_text().replace("{{ site.imprint.promoter_address }}", ""))
    now = app.clock.now()
    with app.database.write() as session:
        add_article(session, "Bridge", now)
        made = compose_digest(session, app.config, app.renderer, "friday", period=None, now=now)
        assert isinstance(made, Edition)
    with pytest.raises(SendingRefused, match=r"\[imprint\] the text part"):
        app.engine.send(made.id)


FROM_OUTSIDE = [
    '<p><img src="https://x.example/a.png"></p>',
    '<p><a href="https://x.example/b.jpg"><img src="https://x.example/s.jpg" alt=""></a></p>',
    '<p>News.</p><img src="https://count.example/1" width="1" height="1">',
    "<pre><code>echo ${HOME} {{ x }} {% raw %} *|NAME|*</code></pre>",
    '<p><a href="https://x.example/q?x=[1]&amp;y={2}">Dear None, 100%SAFE% [[1]]</a></p>',
    "<p>" + "Πρώτα οι κάτοικοι της πόλης. " * 4000 + "</p>",
    "<div>" * 300 + "deep" + "</div>" * 300,
]


@pytest.mark.parametrize("body", FROM_OUTSIDE)
@pytest.mark.parametrize("title", ["{{ x }}", "Why is <script> in the minutes?"])
def test_faults_of_imported_articles_do_not_stop_an_edition(
    app: Newsletter, transport: RecordingTransport, body: str, title: str
) -> None:
    now = app.clock.now()
    with app.database.write() as session:
        article = add_article(session, title, now)
        article.body_html = body
        digest = compose_digest(session, app.config, app.renderer, "friday", period=None, now=now)
        single = compose_single(session, app.config, article, now)
        assert isinstance(digest, Edition)
        numbers = {digest.id, single.id}
    app.engine.send_due()
    assert {edition(app, number).state for number in numbers} == {EditionState.SENT}
    assert len(transport.taken) == 2


def test_a_damaged_placeholder_stops_an_edition(app: Newsletter, tmp_path: Path) -> None:
    template = tmp_path / "templates" / "bulletin" / "body.txt"
    template.write_text(template.read_text().replace("person.greeting", "person.greeting|upper"))
    number = bulletin(app, "<p>News</p>")
    app.engine.send_due()
    assert "[unrendered] a personal value was not filled in, in the text part" in (
        edition(app, number).note
    )


def test_a_bulletin_longer_than_gmail_shows_stops(app: Newsletter) -> None:
    number = bulletin(app, "<p>" + "Στο λιμάνι. " * 8000 + "</p>")
    app.engine.send_due()
    assert "[size]" in edition(app, number).note
