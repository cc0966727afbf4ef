"""Editions for a segment."""

from pathlib import Path

import pytest
from support import RecordingTransport, add_article, add_subscriber, make_app

from newsletter.clock import FixedClock
from newsletter.editions import store
from newsletter.editions.compose import compose_digest
from newsletter.errors import InvalidInput

FOR_ANN = "[digests.for-ann]\nname = 'For Ann'\nsegment = 'name = \"Ann\"'\n"


def test_a_digest_is_sent_to_its_segment_only(
    tmp_path: Path, database_url: str, clock: FixedClock
) -> None:
    recorder = RecordingTransport()
    app = make_app(tmp_path, database_url, clock, extra=FOR_ANN, transport=recorder)
    with app.database.write() as session:
        add_article(session, "News", clock.now())
        add_subscriber(session, "ann@example.org", clock.now(), name="Ann")
        add_subscriber(session, "ben@example.org", clock.now(), name="Ben")
        compose_digest(session, app.config, app.renderer, "for-ann", period=None, now=clock.now())
    app.engine.send_due()
    assert [mail.recipient for mail in recorder.taken] == ["ann@example.org"]
    with app.database.read() as session:
        assert store.public(session, limit=10) == []
    app.close()


def test_an_invalid_segment_makes_no_edition(
    tmp_path: Path, sqlite_url: str, clock: FixedClock
) -> None:
    app = make_app(tmp_path, sqlite_url, clock, extra=FOR_ANN.replace('name = "Ann"', "name ="))
    with app.database.write() as session:
        add_article(session, "News", clock.now())
        with pytest.raises(InvalidInput):
            compose_digest(
                session, app.config, app.renderer, "for-ann", period=None, now=clock.now()
            )
    with app.database.read() as session:
        assert store.newest(session, 1) == []
    app.close()
