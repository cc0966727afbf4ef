"""Segments by mail statistics: received, last mailed, bounced."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from support import RecordingTransport

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.delivery.ledger.statistics import measures
from newsletter.editions.compose import BulletinDraft, compose_bulletin
from newsletter.scheduling.upkeep_jobs import count_mails
from newsletter.transports.base import Refused
from subscribers.models import Subscriber
from subscribers.segments.compiling import QueryContext
from subscribers.segments.store import count, members

UTC = ZoneInfo("UTC")
ANN, BEN, CAT = (f"{name}@wexcombe.example" for name in ("ann", "ben", "cat"))
# Segments, and who is in them.
SEGMENTS = {
    "received = 0": "ben cat",
    "received is empty": "ben cat",
    "received >= 0": "ann ben cat",
    "received in (0, 2)": "ann ben cat",
    "received = 2": "ann",
    "received != 2": "ben cat",
    "received < 2": "ben cat",
    "received > 2": "",
    "mailed = today": "ann",
    "mailed < 7 days ago": "",
    "not mailed >= 7 days ago": "ben cat",
    "mailed is empty": "ben cat",
    "bounced >= 1": "ben",
    "bounced = 0 and received > 0": "ann",
}


def send(app: Newsletter, clock: FixedClock, subject: str, segment: str = "") -> None:
    """Write a bulletin, and send it when it may go."""
    draft = BulletinDraft(subject=subject, text="Come on Sunday.", segment=segment)
    with app.database.write() as session:
        edition = compose_bulletin(session, app.config, draft, clock.now())
    clock.at += timedelta(minutes=10)
    app.engine.send(edition.id)


@pytest.fixture
def history(app: Newsletter, transport: RecordingTransport, clock: FixedClock) -> Newsletter:
    """A month ago Ann was sent a mail and Ben's failed; today Ann was sent another."""
    clock.at -= timedelta(days=30)
    transport.answers[BEN] = Refused(response="550 no such user")
    send(app, clock, "Long ago", "not name = Cat and not domain = d.example and topic = housing")
    clock.at += timedelta(days=30)
    send(app, clock, "Today", "name = Ann")
    transport.taken.clear()
    transport.answers.clear()
    return app


@pytest.mark.parametrize("is_counted", [False, True])
def test_segments_use_mail_statistics(
    history: Newsletter, clock: FixedClock, is_counted: bool
) -> None:
    if is_counted:
        count_mails(history)
    found, counted = {}, {}
    with history.database.read() as session:
        asking = QueryContext(now=clock.now(), zone=UTC, measures=measures(session))
        for text in SEGMENTS:
            query = select(Subscriber.address).where(members(text, asking))
            addresses = session.scalars(query.order_by(Subscriber.address)).all()
            found[text] = " ".join(str(address).partition("@")[0] for address in addresses)
            counted[text] = count(session, text, asking)
    assert found == SEGMENTS
    assert counted == {text: len(names.split()) for text, names in SEGMENTS.items()}


def test_an_edition_can_target_subscribers_never_mailed(
    history: Newsletter, transport: RecordingTransport, clock: FixedClock
) -> None:
    send(history, clock, "Welcome", "received = 0")
    assert sorted(mail.recipient for mail in transport.taken) == [BEN, CAT]
