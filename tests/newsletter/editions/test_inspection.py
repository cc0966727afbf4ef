"""The look before sending: a faulty edition stops before anybody is mailed."""

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
from newsletter.editions.models import Edition, EditionState
from newsletter.errors import SendingRefused

FAULTY = '<p>Dear {{ name }}, <img src="https://x.example/a.png" width="9"></p>'


@pytest.fixture
def transport() -> RecordingTransport:
    return RecordingTransport()


@pytest.fixture
def app(
    tmp_path: Path, sqlite_url: str, clock: FixedClock, transport: RecordingTransport
) -> Iterator[Newsletter]:
    site = make_app(tmp_path, sqlite_url, clock, "\n[lint]\nlinks = false\n", transport)
    with site.database.write() as session:
        add_subscriber(session, "ann@example.org", clock.now())
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
    assert "[unrendered]" in found.note
    assert "[alt]" in found.note
    assert transport.taken == []


def test_a_rule_passed_over_lets_it_go_out_once_it_is_resumed(
    tmp_path: Path,
    sqlite_url: str,
    clock: FixedClock,
    app: Newsletter,
    transport: RecordingTransport,
) -> None:
    number = bulletin(app, FAULTY)
    app.engine.send_due()
    lenient = "\n[lint]\nlinks = false\nignore = ['unrendered', 'alt']\n"
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
