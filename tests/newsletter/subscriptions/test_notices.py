"""Mails to one person: each true of her when it leaves, each at most once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from support import RecordingTransport, add_subscriber

from newsletter.actions import account
from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.config.joining_options import JoiningOptions
from newsletter.delivery.ledger.models import Notice, NoticeKind
from newsletter.staff import actors
from newsletter.subscriptions import notices, resubscribe
from newsletter.subscriptions.unsubscribe import Departure
from newsletter.transports.base import Deferred, Refused
from subscribers import membership, store
from subscribers.consent import Origin
from subscribers.models import Subscriber
from subscribers.topics import Choice

ANN = "ann@wexcombe.example"
EVERY_KIND = JoiningOptions(changed=True)


def text_of(transport: RecordingTransport) -> str:
    return transport.taken[-1].content.decode().replace("=\r\n", "")


def ann_of(app: Newsletter) -> Subscriber:
    with app.database.read() as session:
        return store.by_address(session, ANN)


def queue(
    app: Newsletter, kind: NoticeKind, number: int, options: JoiningOptions = EVERY_KIND
) -> None:
    with app.database.write() as session:
        person = store.by_id(session, number)
        notices.queue_wanted(session, kind, person, options, app.clock.now())


def leave(app: Newsletter, number: int) -> None:
    account.unsubscribe(app, actors.subscriber(number), 7, Departure())


def come_back(app: Newsletter, number: int) -> None:
    with app.database.write() as session:
        ann = store.by_id(session, number)
        membership.resubscribe(session, ann, origin=Origin(source="test"), now=app.clock.now())


def suppress(app: Newsletter, number: int) -> None:
    with app.database.write() as session:
        ann = store.by_id(session, number)
        store.add_suppression(session, ann.address_hash, "complained", app.clock.now())


def erase(app: Newsletter, number: int) -> None:
    with app.database.write() as session:
        ann, origin = store.by_id(session, number), Origin(source="test")
        membership.erase(session, ann, origin=origin, now=app.clock.now())


def test_who_leaves_is_sent_one_goodbye_however_often_she_leaves(
    app: Newsletter, transport: RecordingTransport
) -> None:
    number = ann_of(app).id
    for _ in range(3):
        leave(app, number)
        app.notices.send_due()
    assert [mail.recipient for mail in transport.taken] == [ANN]
    assert "Subject: You have left Wexcombe Forward" in text_of(transport)
    signer = app.signer(resubscribe.PURPOSE)
    link = resubscribe.return_address("https://wexcombe.example", signer, ann_of(app))
    assert link in text_of(transport)


def test_a_goodbye_whose_sender_died_is_never_sent_again(
    app: Newsletter, clock: FixedClock, transport: RecordingTransport
) -> None:
    leave(app, ann_of(app).id)
    transport.raising = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        app.notices.send_due()
    transport.raising = None
    clock.at += timedelta(hours=1)
    app.notices.send_due()
    assert len(transport.taken) == 1


@pytest.mark.parametrize("kind", [NoticeKind.WELCOME, NoticeKind.CHANGED])
@pytest.mark.parametrize("happening", [leave, suppress, erase])
def test_who_must_not_be_mailed_any_more_is_not_told_what_was_queued(
    app: Newsletter,
    transport: RecordingTransport,
    kind: NoticeKind,
    happening: Callable[[Newsletter, int], None],
) -> None:
    number = ann_of(app).id
    queue(app, kind, number)
    happening(app, number)
    app.notices.send_due()
    assert kind not in {subject_kind(mail.content) for mail in transport.taken}


def subject_kind(content: bytes) -> NoticeKind:
    subjects = {b"Welcome": NoticeKind.WELCOME, b"You have left": NoticeKind.GOODBYE}
    found = (kind for words, kind in subjects.items() if b"Subject: " + words in content)
    return next(found, NoticeKind.CHANGED)


@pytest.mark.parametrize("happening", [come_back, suppress, erase])
def test_a_goodbye_that_has_ceased_to_be_true_is_not_sent(
    app: Newsletter,
    transport: RecordingTransport,
    happening: Callable[[Newsletter, int], None],
) -> None:
    number = ann_of(app).id
    leave(app, number)
    happening(app, number)
    app.notices.send_due()
    assert transport.taken == []


def test_a_goodbye_put_off_does_not_come_beside_that_of_a_later_leaving(
    app: Newsletter, clock: FixedClock, transport: RecordingTransport
) -> None:
    number = ann_of(app).id
    transport.answers[ANN] = Deferred(response="450 later")
    leave(app, number)
    app.notices.send_due()
    transport.answers.clear()
    clock.at += timedelta(minutes=1)
    come_back(app, number)
    leave(app, number)
    clock.at += timedelta(hours=1)
    app.notices.send_due()
    assert len(transport.taken) == 2
    assert "n2." in text_of(transport)


def test_a_person_not_yet_confirmed_is_not_welcomed(
    app: Newsletter, transport: RecordingTransport
) -> None:
    with app.database.write() as session:
        number = add_subscriber(session, "dan@example.org", app.clock.now(), proven=False).id
    queue(app, NoticeKind.WELCOME, number)
    app.notices.send_due()
    assert transport.taken == []


def test_what_holds_is_said_as_it_stands_when_the_mail_leaves(
    app: Newsletter, clock: FixedClock, transport: RecordingTransport
) -> None:
    number = ann_of(app).id
    queue(app, NoticeKind.CHANGED, number)
    with app.database.write() as session:
        ann = store.by_id(session, number)
        ann.choice_id = store.choice_for(session, Choice(topics=("housing",)))
        membership.pause(ann, clock.now() + timedelta(weeks=4))
    queue(app, NoticeKind.CHANGED, number)
    app.notices.send_due()
    assert len(transport.taken) == 1
    assert "Topics: Housing" in text_of(transport)
    assert "Paused: nothing is sent until Friday 25 December 2026" in text_of(transport)


def test_what_a_server_answered_is_kept_without_the_address(
    app: Newsletter, transport: RecordingTransport
) -> None:
    transport.answers[ANN] = Refused(response=f"550 5.1.1 <{ANN}> unknown")
    leave(app, ann_of(app).id)
    app.notices.send_due()
    with app.database.read() as session:
        assert session.scalars(select(Notice.reason)).one() == "550 5.1.1 <…> unknown"


def test_only_what_the_site_tells_is_told(app: Newsletter, transport: RecordingTransport) -> None:
    number = ann_of(app).id
    for kind in (NoticeKind.WELCOME, NoticeKind.CHANGED):
        queue(app, kind, number, JoiningOptions(welcome=False))
    app.notices.send_due()
    assert transport.taken == []
