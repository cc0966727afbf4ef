"""Notices: sent at most once, and only while they apply."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from support import RecordingTransport, add_subscriber

from newsletter.actions import account
from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.config.tables.joining_options import JoiningOptions
from newsletter.delivery.ledger.models import Notice, NoticeKind
from newsletter.staff import actors
from newsletter.subscriptions import notices, resubscribe
from newsletter.subscriptions.unsubscribe import UnsubscribeReason
from newsletter.transports.base import Deferred, Refused
from subscribers import membership, store
from subscribers.consent import ConsentOrigin
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
        notices.queue_if_enabled(session, kind, person, options, app.clock.now())


def leave(app: Newsletter, number: int) -> None:
    account.unsubscribe(app, actors.subscriber(number), 7, UnsubscribeReason())


def undo_unsubscribe(app: Newsletter, number: int) -> None:
    with app.database.write() as session:
        ann = store.by_id(session, number)
        membership.resubscribe(
            session, ann, origin=ConsentOrigin(source="test"), now=app.clock.now()
        )


def suppress(app: Newsletter, number: int) -> None:
    with app.database.write() as session:
        ann = store.by_id(session, number)
        store.add_suppression(session, ann.address_hash, "complained", app.clock.now())


def erase(app: Newsletter, number: int) -> None:
    with app.database.write() as session:
        ann, origin = store.by_id(session, number), ConsentOrigin(source="test")
        membership.erase(session, ann, origin=origin, now=app.clock.now())


def test_repeated_unsubscribes_send_one_goodbye(
    app: Newsletter, transport: RecordingTransport
) -> None:
    number = ann_of(app).id
    for _ in range(3):
        leave(app, number)
        app.notices.send_due()
    assert [mail.recipient for mail in transport.taken] == [ANN]
    assert "Subject: You have left Wexcombe Forward" in text_of(transport)
    signer = app.signer(resubscribe.PURPOSE)
    link = resubscribe.resubscribe_url("https://wexcombe.example", signer, ann_of(app))
    assert link in text_of(transport)


def test_a_goodbye_whose_process_died_is_not_resent(
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
def test_queued_notices_to_excluded_subscribers_are_skipped(
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


@pytest.mark.parametrize("happening", [undo_unsubscribe, suppress, erase])
def test_a_goodbye_is_skipped_after_resubscribing(
    app: Newsletter,
    transport: RecordingTransport,
    happening: Callable[[Newsletter, int], None],
) -> None:
    number = ann_of(app).id
    leave(app, number)
    happening(app, number)
    app.notices.send_due()
    assert transport.taken == []


def test_a_deferred_goodbye_is_replaced_by_a_later_one(
    app: Newsletter, clock: FixedClock, transport: RecordingTransport
) -> None:
    number = ann_of(app).id
    transport.answers[ANN] = Deferred(response="450 later")
    leave(app, number)
    app.notices.send_due()
    transport.answers.clear()
    clock.at += timedelta(minutes=1)
    undo_unsubscribe(app, number)
    leave(app, number)
    clock.at += timedelta(hours=1)
    app.notices.send_due()
    assert len(transport.taken) == 2
    assert "n2." in text_of(transport)


def test_pending_subscribers_get_no_welcome(app: Newsletter, transport: RecordingTransport) -> None:
    with app.database.write() as session:
        number = add_subscriber(session, "dan@example.org", app.clock.now(), proven=False).id
    queue(app, NoticeKind.WELCOME, number)
    app.notices.send_due()
    assert transport.taken == []


def test_a_notice_shows_the_preferences_as_of_sending(
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


def test_stored_responses_contain_no_address(
    app: Newsletter, transport: RecordingTransport
) -> None:
    transport.answers[ANN] = Refused(response=f"550 5.1.1 <{ANN}> unknown")
    leave(app, ann_of(app).id)
    app.notices.send_due()
    with app.database.read() as session:
        assert session.scalars(select(Notice.reason)).one() == "550 5.1.1 <…> unknown"


def test_disabled_notices_are_not_queued(app: Newsletter, transport: RecordingTransport) -> None:
    number = ann_of(app).id
    for kind in (NoticeKind.WELCOME, NoticeKind.CHANGED):
        queue(app, kind, number, JoiningOptions(welcome=False))
    app.notices.send_due()
    assert transport.taken == []
