"""A person's record: what became of every mail, and what to do next."""

from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import update
from support import RecordingTransport, add_subscriber

from newsletter.actions import bulletins, subscribers, suppressions
from newsletter.app import Newsletter
from newsletter.delivery.ledger.models import Delivery, DeliveryState
from newsletter.editions.compose import BulletinDraft
from newsletter.errors import ResourceNotFound
from newsletter.queries.editions.mail_as_sent import MailAsSent, mail_as_sent
from newsletter.queries.people import Lookup, PersonRecord, look_up, next_steps, person
from newsletter.staff.actors import operator
from newsletter.tokens.links import LinkSigners
from newsletter.transports.base import Refused

WHO = operator("ann")
ANN, BEN = 1, 2


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


def send(app: Newsletter) -> int:
    """A bulletin to everybody."""
    sent = bulletins.send(app, WHO, BulletinDraft(subject="Flood", text="Stay home."))
    app.clock.at += app.config.bulletins.undo
    app.engine.send(sent.number)
    return sent.number


def record(app: Newsletter, number: int) -> PersonRecord:
    with app.database.read() as session:
        return person(session, number, app.clock.now())


def steps(app: Newsletter, number: int) -> str:
    return " ".join(next_steps(record(app, number), app.clock.now()))


def shown(app: Newsletter, number: int, delivery: int) -> MailAsSent:
    with app.database.read() as session:
        return mail_as_sent(session, app.link_signers, number, delivery)


def test_a_mail_has_the_servers_words(app: Newsletter) -> None:
    send(app)
    [mail] = record(app, ANN).mails
    assert (mail.subject, mail.state, mail.answer) == ("Flood", DeliveryState.SENT, "250 ok")


def test_a_refused_mail_says_what_to_do(app: Newsletter, transport: RecordingTransport) -> None:
    transport.answers["ben@wexcombe.example"] = Refused(response="550 5.1.1 no such user")
    send(app)
    assert "right one" in record(app, BEN).mails[0].advice
    assert "right one" in steps(app, BEN)


def test_every_state_of_a_mail_has_words(app: Newsletter) -> None:
    send(app)
    for state in DeliveryState:
        with app.database.write() as session:
            session.execute(update(Delivery).values(state=state))
        [mail] = record(app, ANN).mails
        assert mail.happened, state
        assert mail.advice, state


def test_a_mail_is_shown_as_it_was_sent(app: Newsletter, transport: RecordingTransport) -> None:
    send(app)
    [taken] = [m for m in transport.taken if m.recipient == "ann@wexcombe.example"]
    sent = message_from_bytes(taken.content, policy=default)
    mail = shown(app, ANN, record(app, ANN).mails[0].number)
    assert mail.subject == sent["Subject"]
    assert dict(mail.headers)["Message-ID"] == sent["Message-ID"]
    text = sent.get_body(("plain",))
    assert text is not None
    assert mail.text.split("https://")[0].splitlines() == (
        text.get_content().split("https://")[0].splitlines()
    )


def test_the_links_of_a_shown_mail_are_nobodys(app: Newsletter) -> None:
    send(app)
    mail = shown(app, ANN, record(app, ANN).mails[0].number)
    token = mail.text.split("/unsubscribe/")[1].split()[0]
    assert LinkSigners(app.secret).read_unsubscribe(token).subscriber_id == 0


def test_looking_at_a_mail_sends_nothing(app: Newsletter, transport: RecordingTransport) -> None:
    send(app)
    before = len(transport.taken)
    shown(app, ANN, record(app, ANN).mails[0].number)
    assert len(transport.taken) == before


def test_a_mail_is_not_shown_as_anybody_elses(app: Newsletter) -> None:
    send(app)
    with pytest.raises(ResourceNotFound):
        shown(app, BEN, record(app, ANN).mails[0].number)


def test_a_mail_of_an_erased_person_is_not_shown(app: Newsletter) -> None:
    send(app)
    delivery = record(app, ANN).mails[0].number
    subscribers.erase(app, WHO, ANN)
    with pytest.raises(ResourceNotFound):
        shown(app, ANN, delivery)
    assert "Nothing is held" in steps(app, ANN)


def test_a_suppressed_address_is_found_with_its_reason(app: Newsletter) -> None:
    suppressions.add(app, WHO, [["gone@wexcombe.example"]], "asked by letter")
    with app.database.read() as session:
        found = look_up(session, app.secret, " Gone@Wexcombe.example ")
    assert found == Lookup(number=None, suppressed="asked by letter")


def test_part_of_an_address_is_no_address(app: Newsletter) -> None:
    with app.database.read() as session:
        assert look_up(session, app.secret, "ann@") is None


def test_why_somebody_would_not_be_mailed_is_told(app: Newsletter) -> None:
    with app.database.write() as session:
        pat = add_subscriber(session, "pat@wexcombe.example", app.clock.now(), proven=False).id
    assert set(record(app, pat).excluded.values()) == {"not confirmed"}
    assert "not confirmed" in steps(app, pat)
    assert None in record(app, ANN).excluded.values()


def test_the_suppression_of_a_person_is_told_with_its_reason(app: Newsletter) -> None:
    suppressions.add(app, WHO, [["ann@wexcombe.example"]], "asked by letter")
    assert "asked by letter" in steps(app, ANN)
