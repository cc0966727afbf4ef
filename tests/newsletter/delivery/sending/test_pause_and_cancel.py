"""Pausing, stopping and cancelling editions under way."""

from datetime import timedelta

from sent_editions import ANN, counts_of, make_bulletin, make_digest
from support import RecordingTransport

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.delivery import control
from newsletter.editions import store
from newsletter.transports.base import Deferred


def test_all_editions_can_be_paused_at_once(
    app: Newsletter, transport: RecordingTransport, clock: FixedClock
) -> None:
    edition, flood = make_digest(app), make_bulletin(app)
    with app.database.write() as session:
        assert control.pause_all(session) == [edition.id, flood.id]
    clock.at += timedelta(days=1)
    app.engine.send_due()
    assert transport.taken == []


def test_a_stopped_engine_hands_over_nothing_more(
    app: Newsletter, transport: RecordingTransport
) -> None:
    edition = make_digest(app)
    app.engine.stop()
    app.engine.send(edition.id)
    assert transport.taken == []
    assert counts_of(app, edition) == {"queued": 2}


def test_a_cancelled_edition_sends_nothing_and_frees_its_articles(
    app: Newsletter, transport: RecordingTransport
) -> None:
    edition = make_digest(app)
    with app.database.write() as session:
        control.cancel(session, edition.id, app.clock.now())
    app.engine.send_due()
    assert transport.taken == []
    assert make_digest(app).id != edition.id


def test_cancelling_a_partly_sent_edition_keeps_its_articles(
    app: Newsletter, transport: RecordingTransport
) -> None:
    transport.answers[ANN] = Deferred(response="450 later")
    edition = make_digest(app)
    app.engine.send(edition.id)
    with app.database.write() as session:
        assert control.cancel(session, edition.id, app.clock.now()) == 1
        _, waiting = store.candidates(
            session, "friday", app.config.digests["friday"], app.clock.now()
        )
    assert waiting == 0
    assert counts_of(app, edition) == {"sent": 1, "skipped": 1}
