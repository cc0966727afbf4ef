"""Alarms: raised once, with a fallback transport, without stopping the engine."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from logged_events import logged_events
from support import RecordingTransport, add_article, add_subscriber, make_app

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.delivery.alarms import Alarm
from newsletter.editions.compose import compose_digest
from newsletter.editions.models import Edition
from newsletter.errors import NewsletterError
from newsletter.transports.base import Refused, TransportStopped

OFFICE = "office@wexcombe.example"


@pytest.fixture
def transport() -> RecordingTransport:
    return RecordingTransport()


@pytest.fixture
def site(
    tmp_path: Path, database_url: str, clock: FixedClock, transport: RecordingTransport
) -> Iterator[Newsletter]:
    """A site with alarms, a broken usual transport and a working alarm transport."""
    app = make_app(
        tmp_path,
        database_url,
        clock,
        f'[alarms]\naddress = "{OFFICE}"\ntransport = "other"\n'
        '[transports.other]\nkind = "maildir"\npath = "alarms"\n',
        transport,
    )
    app.recorders["other"] = RecordingTransport()
    with app.database.write() as session:
        add_article(session, "News", clock.now())
        add_subscriber(session, "ann@wexcombe.example", clock.now())
    yield app
    app.close()


def send_digest(app: Newsletter) -> None:
    with app.database.write() as session:
        edition = compose_digest(
            session, app.config, app.renderer, "friday", period=None, now=app.clock.now()
        )
    assert isinstance(edition, Edition)
    app.engine.send(edition.id)


def test_an_alarm_about_a_stopped_edition_uses_the_alarm_transport(
    site: Newsletter, transport: RecordingTransport
) -> None:
    transport.raising = TransportStopped("535 5.7.8 the password is wrong")
    with pytest.raises(NewsletterError):
        send_digest(site)
    (mail,) = site.transport("other").taken
    message = message_from_bytes(mail.content, policy=policy.SMTP.clone(raise_on_defect=True))
    assert (mail.recipient, mail.sender) == (OFFICE, "")
    assert message["Subject"] == "Wexcombe Forward: Edition 1 has stopped"
    text = message.get_body(("plain",)).get_content()
    assert "the password is wrong" in text
    assert "newsletter editions resume 1" in text


def test_an_alarm_is_raised_once(site: Newsletter, transport: RecordingTransport) -> None:
    transport.raising = TransportStopped("535 5.7.8 the password is wrong")
    with pytest.raises(NewsletterError):
        send_digest(site)
    site.engine.send_due()
    assert len(site.transport("other").taken) == 1


def test_a_refused_alarm_falls_back_to_the_usual_transport(
    site: Newsletter, transport: RecordingTransport
) -> None:
    site.transport("other").raising = TransportStopped("535 5.7.8 the password is wrong")
    site.send_alarm(Alarm(title="Something", text="It is so."))
    assert [mail.recipient for mail in transport.taken] == [OFFICE]


def test_an_alarm_that_cannot_be_sent_is_only_logged(
    site: Newsletter, transport: RecordingTransport
) -> None:
    for way in (site.transport("other"), transport):
        way.answers[OFFICE] = Refused(response="550 no such user")
    with logged_events() as logged:
        site.send_alarm(Alarm(title="Something", text="It is so."))
    assert [line["transport"] for line in logged] == ["other", "default"]


def test_without_an_address_no_alarm_is_sent(
    tmp_path: Path, sqlite_url: str, clock: FixedClock, transport: RecordingTransport
) -> None:
    app = make_app(tmp_path, sqlite_url, clock, transport=transport)
    app.send_alarm(Alarm(title="Something", text="It is so."))
    assert not transport.taken
    app.close()
