"""The engine sends each delivery once."""

import shutil
from functools import partial
from pathlib import Path

import pytest
from sent_editions import ANN, BEN, counts_of, make_digest, recipients, state_of
from support import (
    RecordingTransport,
    add_article,
    add_subscriber,
    make_app,
    preferences_path,
)
from threads import at_once

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.delivery import control
from newsletter.delivery.ledger import store as ledger_store
from newsletter.delivery.ledger.models import DeliveryState
from newsletter.editions import store
from newsletter.editions.models import EditionState
from newsletter.errors import TemplateError
from newsletter.transports.base import (
    Accepted,
    Deferred,
    InDoubt,
    Outcome,
    Refused,
    TransportStopped,
)
from subscribers import membership
from subscribers import store as people
from subscribers.consent import ConsentOrigin


def test_each_subscriber_gets_the_articles_of_their_topics_and_none_an_empty_mail(
    app: Newsletter, transport: RecordingTransport
) -> None:
    edition = make_digest(app)
    app.engine.send(edition.id)
    assert recipients(transport) == [ANN, BEN]
    bodies = {mail.recipient: mail.content for mail in transport.taken}
    assert b"* Buses" in bodies[ANN]
    assert b"* Homes" in bodies[ANN]
    assert b"* Buses" not in bodies[BEN]
    assert state_of(app, edition) is EditionState.SENT


def test_every_mail_links_to_its_subscribers_own_page(
    app: Newsletter, transport: RecordingTransport
) -> None:
    app.engine.send(make_digest(app).id)
    with app.database.read() as session:
        numbers = {name: people.by_address(session, name).id for name in (ANN, BEN)}
    for mail in transport.taken:
        path = preferences_path(numbers[mail.recipient], mail.recipient, app.clock.now())
        body = mail.content.replace(b"=\r\n", b"").decode()
        assert body.count("/preferences/") == body.count(path) == 1


def test_sending_again_sends_nothing(app: Newsletter, transport: RecordingTransport) -> None:
    edition = make_digest(app)
    app.engine.send(edition.id)
    app.engine.send(edition.id)
    app.engine.send_due()
    assert len(transport.taken) == 2


def test_concurrent_engines_mail_each_subscriber_once(
    tmp_path: Path, app: Newsletter, database_url: str, clock: FixedClock
) -> None:
    with app.database.write() as session:
        for number in range(300):
            add_subscriber(session, f"p{number}@wexcombe.example", clock.now())
    edition = make_digest(app)
    transport = RecordingTransport(connections=2)
    sites = [make_app(tmp_path, database_url, clock, transport=transport) for _ in range(2)]
    at_once(partial(site.engine.send, edition.id) for site in sites)
    for site in sites:
        site.close()
    found = recipients(transport)
    assert len(found) == len(set(found)) == 302


def test_subscribers_who_leave_after_the_fan_out_are_not_mailed(
    app: Newsletter, transport: RecordingTransport
) -> None:
    edition = make_digest(app)
    app.engine.prepare(edition.id)
    with app.database.write() as session:
        ann = people.by_address(session, ANN)
        membership.leave(
            session, ann, origin=ConsentOrigin(source="one-click"), now=app.clock.now()
        )
    app.engine.send(edition.id)
    assert recipients(transport) == [BEN]
    assert counts_of(app, edition) == {"skipped": 1, "sent": 1}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Accepted(response="250 ok"), DeliveryState.SENT),
        (Refused(response="550 5.1.1 no such user"), DeliveryState.FAILED),
        (Deferred(response="450 4.2.0 later"), DeliveryState.DEFERRED),
        (InDoubt(response="connection lost"), DeliveryState.UNCERTAIN),
    ],
)
def test_each_response_is_recorded(
    app: Newsletter, transport: RecordingTransport, answer: Outcome, expected: DeliveryState
) -> None:
    transport.answers[ANN] = answer
    edition = make_digest(app)
    app.engine.send(edition.id)
    assert counts_of(app, edition).get(expected.value, 0) >= 1
    if expected is not DeliveryState.SENT:
        with app.database.read() as session:
            assert (expected.value, answer.response, 1) in ledger_store.reasons(session, edition.id)


def test_a_transport_that_cannot_send_stops_the_edition_and_keeps_its_deliveries(
    app: Newsletter, transport: RecordingTransport
) -> None:
    edition = make_digest(app)
    app.engine.prepare(edition.id)
    transport.closed = TransportStopped("535 wrong password")
    with pytest.raises(TransportStopped):
        app.engine.send(edition.id)
    assert state_of(app, edition) is EditionState.STOPPED
    transport.closed = None
    with app.database.write() as session:
        control.resume(session, edition.id)
    app.engine.send_due()
    assert recipients(transport) == [ANN, BEN]


def test_a_template_error_stops_the_edition_and_names_file_and_line(
    app: Newsletter, tmp_path: Path
) -> None:
    (tmp_path / "templates/digest/body.txt").write_text("fine\n{{ nobody.knows }}\n")
    edition = make_digest(app)
    with pytest.raises(TemplateError, match=r"body\.txt, line 2: 'nobody' is undefined"):
        app.engine.send(edition.id)
    assert state_of(app, edition) is EditionState.STOPPED


def test_an_article_withdrawn_before_sending_is_left_out(
    app: Newsletter, transport: RecordingTransport
) -> None:
    edition = make_digest(app)
    with app.database.write() as session:
        for article in store.articles_of(session, edition.id):
            if article.title == "Buses":
                article.status = type(article.status)("withdrawn")
    app.engine.send(edition.id)
    assert all(b"Buses" not in mail.content.partition(b"\r\n\r\n")[2] for mail in transport.taken)


def test_no_article_is_in_two_editions_of_a_digest(app: Newsletter) -> None:
    first = make_digest(app)
    with app.database.write() as session:
        add_article(session, "Later", app.clock.now())
    second = make_digest(app)
    with app.database.read() as session:
        titles = [[a.title for a in store.articles_of(session, e.id)] for e in (first, second)]
    assert titles == [["Buses", "Homes"], ["Later"]]


def test_pictures_are_embedded_where_configured(
    tmp_path: Path, sqlite_url: str, clock: FixedClock, transport: RecordingTransport
) -> None:
    logo = "https://wexcombe.example/static/logo.png"
    option = f"[theme]\nimages = 'inline'\nlogo = '{logo}'\n[lint]\nlinks = false\n"
    app = make_app(tmp_path, sqlite_url, clock, extra=option, transport=transport)
    shutil.rmtree(tmp_path / "templates" / "digest")
    static = tmp_path / "templates" / "web" / "static"
    static.mkdir(parents=True)
    (static / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n and the rest")
    with app.database.write() as session:
        add_article(session, "Homes", clock.now())
        add_subscriber(session, ANN, clock.now())
    edition = make_digest(app)
    app.engine.send(edition.id)
    app.close()
    (mail,) = transport.taken
    assert mail.content.count(b"Content-Type: image/png") == 1
    assert logo.encode() not in mail.content.replace(b"=\r\n", b"")
    with app.database.read() as session:
        assert logo in store.by_id(session, edition.id).web_html
