"""From an edition to everybody's mail, and never twice."""

import shutil
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from support import SECRET, RecordingTransport, add_article, add_subscriber, make_app

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.config.sending import DoubtPolicy
from newsletter.delivery import control, outbox
from newsletter.delivery.models import DeliveryState
from newsletter.editions import store
from newsletter.editions.compose import BulletinDraft, compose_bulletin, compose_digest
from newsletter.editions.models import Edition, EditionState
from newsletter.errors import Conflict, TemplateError
from newsletter.signing import Signer
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
from subscribers.consent import Origin

ANN, BEN, CAT = (f"{name}@wexcombe.example" for name in ("ann", "ben", "cat"))


def make_digest(app: Newsletter, name: str = "friday") -> Edition:
    with app.database.write() as session:
        made = compose_digest(
            session, app.config, app.renderer, name, period=None, now=app.clock.now()
        )
    assert isinstance(made, Edition)
    return made


def state_of(app: Newsletter, edition: Edition) -> EditionState:
    with app.database.read() as session:
        return store.state_of(session, edition.id)


def counts_of(app: Newsletter, edition: Edition) -> dict[str, int]:
    with app.database.read() as session:
        return {k.value: v for k, v in outbox.counts(session, edition.id).items()}


def recipients(transport: RecordingTransport) -> list[str]:
    return sorted(mail.recipient for mail in transport.taken)


def test_everybody_gets_the_articles_of_her_topics_and_nobody_an_empty_mail(
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


def test_every_mail_leads_to_the_own_page_of_whom_it_is_for(
    app: Newsletter, transport: RecordingTransport
) -> None:
    app.engine.send(make_digest(app).id)
    with app.database.read() as session:
        numbers = {name: people.by_address(session, name).id for name in (ANN, BEN)}
    for mail in transport.taken:
        token = Signer(SECRET, "preferences").sign(str(numbers[mail.recipient]))
        body = mail.content.replace(b"=\r\n", b"").decode()
        assert body.count("/preferences/") == body.count(f"/preferences/{token}") == 1


def test_sending_again_sends_nothing(app: Newsletter, transport: RecordingTransport) -> None:
    edition = make_digest(app)
    app.engine.send(edition.id)
    app.engine.send(edition.id)
    app.engine.send_due()
    assert len(transport.taken) == 2


def test_engines_side_by_side_mail_everybody_once(
    tmp_path: Path, app: Newsletter, database_url: str, clock: FixedClock
) -> None:
    with app.database.write() as session:
        for number in range(300):
            add_subscriber(session, f"p{number}@wexcombe.example", clock.now())
    edition = make_digest(app)
    transport = RecordingTransport(connections=2)
    sites = [make_app(tmp_path, database_url, clock, transport=transport) for _ in range(2)]
    threads = [threading.Thread(target=site.engine.send, args=(edition.id,)) for site in sites]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for site in sites:
        site.close()
    found = recipients(transport)
    assert len(found) == len(set(found)) == 302


def test_who_leaves_after_the_fan_out_is_not_mailed(
    app: Newsletter, transport: RecordingTransport
) -> None:
    edition = make_digest(app)
    app.engine.prepare(edition.id)
    with app.database.write() as session:
        ann = people.by_address(session, ANN)
        membership.leave(session, ann, origin=Origin(source="one-click"), now=app.clock.now())
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
def test_each_answer_is_recorded_with_its_words(
    app: Newsletter, transport: RecordingTransport, answer: Outcome, expected: DeliveryState
) -> None:
    transport.answers[ANN] = answer
    edition = make_digest(app)
    app.engine.send(edition.id)
    assert counts_of(app, edition).get(expected.value, 0) >= 1
    if expected is not DeliveryState.SENT:
        with app.database.read() as session:
            assert (expected.value, answer.response, 1) in outbox.reasons(session, edition.id)


def test_a_deferred_mail_is_tried_again_when_its_time_comes_and_not_before(
    app: Newsletter, transport: RecordingTransport, clock: FixedClock
) -> None:
    transport.answers[ANN] = Deferred(response="450 later", retry_after=timedelta(minutes=10))
    edition = make_digest(app)
    app.engine.send(edition.id)
    transport.answers.clear()
    clock.at += timedelta(minutes=9)
    app.engine.send_due()
    assert len(transport.taken) == 2
    clock.at += timedelta(minutes=1)
    app.engine.send_due()
    assert recipients(transport) == [ANN, ANN, BEN]
    assert state_of(app, edition) is EditionState.SENT


def test_what_is_only_ever_deferred_has_failed_after_a_set_time(
    app: Newsletter, transport: RecordingTransport, clock: FixedClock
) -> None:
    transport.answers[ANN] = Deferred(response="450 later")
    edition = make_digest(app)
    for _ in range(20):
        app.engine.send_due()
        clock.at += timedelta(hours=5)
    assert counts_of(app, edition) == {"sent": 1, "failed": 1}
    with app.database.read() as session:
        assert ("failed", "given up: 450 later", 1) in outbox.reasons(session, edition.id)


def test_a_throttling_answer_rests_the_transport_and_costs_no_attempt(
    app: Newsletter, transport: RecordingTransport, clock: FixedClock
) -> None:
    slow = Deferred(response="421 too many", retry_after=timedelta(minutes=2), throttled=True)
    transport.answers[ANN] = slow
    edition = make_digest(app)
    app.engine.send(edition.id)
    assert recipients(transport) == [ANN]
    transport.answers.clear()
    app.engine.send(edition.id)
    assert len(transport.taken) == 1
    clock.at += timedelta(minutes=2)
    app.engine.send(edition.id)
    assert recipients(transport) == [ANN, ANN, BEN]


def test_a_transport_that_cannot_send_stops_the_edition_and_loses_nobody(
    app: Newsletter, transport: RecordingTransport
) -> None:
    edition = make_digest(app)
    app.engine.prepare(edition.id)

    class Closed(RecordingTransport):
        def open(self) -> None:  # type: ignore[override]
            raise TransportStopped("535 wrong password")

    app.recorder = Closed()  # type: ignore[attr-defined]
    with pytest.raises(TransportStopped):
        app.engine.send(edition.id)
    assert state_of(app, edition) is EditionState.STOPPED
    app.recorder = transport  # type: ignore[attr-defined]
    with app.database.write() as session:
        control.resume(session, edition.id)
    app.engine.send_due()
    assert recipients(transport) == [ANN, BEN]


def test_an_interruption_in_the_transport_leaves_that_one_mail_in_doubt(
    app: Newsletter, transport: RecordingTransport
) -> None:
    transport.raising = RuntimeError("torn away")
    edition = make_digest(app)
    with pytest.raises(RuntimeError):
        app.engine.send(edition.id)
    assert counts_of(app, edition) == {"uncertain": 1, "queued": 1}
    transport.raising = None
    app.engine.send_due()
    assert counts_of(app, edition) == {"uncertain": 1, "sent": 1}


@pytest.mark.parametrize("resend", [True, False])
def test_a_person_settles_what_is_in_doubt(
    app: Newsletter, transport: RecordingTransport, resend: bool
) -> None:
    transport.answers[ANN] = InDoubt(response="connection lost")
    edition = make_digest(app)
    app.engine.send(edition.id)
    transport.answers.clear()
    with app.database.write() as session:
        control.resolve(session, edition.id, resend=resend, now=app.clock.now())
    app.engine.send_due()
    assert recipients(transport).count(ANN) == (2 if resend else 1)
    assert state_of(app, edition) is EditionState.SENT


def doubtful(app: Newsletter, policy: str) -> Edition:
    edition = make_digest(app)
    with app.database.write() as session:
        store.by_id(session, edition.id).uncertain = DoubtPolicy(policy)
    return edition


def test_by_the_policy_to_resend_what_is_in_doubt_is_sent_once_more(
    app: Newsletter, transport: RecordingTransport
) -> None:
    transport.answers[ANN] = InDoubt(response="connection lost")
    edition = doubtful(app, "resend")
    app.engine.send(edition.id)
    app.engine.recover()
    app.engine.send_due()
    assert recipients(transport) == [ANN, ANN, BEN]
    assert counts_of(app, edition) == {"uncertain": 1, "sent": 1}


def test_by_the_policy_to_leave_it_nobody_gets_two_copies_not_even_by_a_retry(
    app: Newsletter, transport: RecordingTransport
) -> None:
    transport.answers[ANN] = InDoubt(response="connection lost")
    edition = doubtful(app, "leave")
    app.engine.send(edition.id)
    with app.database.write() as session:
        assert control.retry_failed(session, edition.id) == 0
    app.engine.send_due()
    assert recipients(transport) == [ANN, BEN]
    assert counts_of(app, edition) == {"failed": 1, "sent": 1}
    assert state_of(app, edition) is EditionState.SENT


def test_what_is_in_doubt_after_an_edition_was_sent_is_settled_by_its_policy_at_the_next_look(
    app: Newsletter, transport: RecordingTransport
) -> None:
    transport.raising = RuntimeError("torn away")
    edition = doubtful(app, "resend")
    with pytest.raises(RuntimeError):
        app.engine.send(edition.id)
    transport.raising = None
    app.engine.recover()
    app.engine.send_due()
    assert counts_of(app, edition) == {"sent": 2}


def test_a_cancelled_edition_repeats_nothing_whatever_its_policy(
    app: Newsletter, transport: RecordingTransport
) -> None:
    transport.raising = RuntimeError("torn away")
    edition = doubtful(app, "resend")
    with pytest.raises(RuntimeError):
        app.engine.send(edition.id)
    with app.database.write() as session:
        control.cancel(session, edition.id, app.clock.now())
    app.engine.recover()
    assert counts_of(app, edition) == {"uncertain": 1, "skipped": 1}


def test_only_those_who_were_not_reached_are_tried_again(
    app: Newsletter, transport: RecordingTransport
) -> None:
    transport.answers[ANN] = Refused(response="550 mailbox full for good")
    edition = make_digest(app)
    app.engine.send(edition.id)
    transport.answers.clear()
    with app.database.write() as session:
        assert control.retry_failed(session, edition.id) == 1
    app.engine.send_due()
    assert recipients(transport) == [ANN, ANN, BEN]
    assert counts_of(app, edition) == {"sent": 2}


def test_patience_begins_anew_for_those_who_are_tried_again(
    app: Newsletter, transport: RecordingTransport, clock: FixedClock
) -> None:
    transport.answers[ANN] = Deferred(response="450 4.2.2 later")
    edition = make_digest(app)
    for _ in range(20):
        app.engine.send_due()
        clock.at += timedelta(hours=5)
    assert counts_of(app, edition) == {"sent": 1, "failed": 1}
    with app.database.write() as session:
        control.retry_failed(session, edition.id)
    app.engine.send_due()
    assert counts_of(app, edition) == {"sent": 1, "deferred": 1}


def test_patience_begins_with_the_first_try_however_long_a_quota_kept_it_waiting(
    app: Newsletter, transport: RecordingTransport, clock: FixedClock
) -> None:
    transport.answers[ANN] = Deferred(response="450 4.2.2 later")
    edition = make_digest(app)
    app.engine.prepare(edition.id)
    clock.at += timedelta(days=7)
    app.engine.send_due()
    assert counts_of(app, edition) == {"sent": 1, "deferred": 1}


def test_everything_can_be_held_at_once(
    app: Newsletter, transport: RecordingTransport, clock: FixedClock
) -> None:
    edition, flood = make_digest(app), bulletin(app)
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


def test_an_edition_that_reached_somebody_keeps_its_articles_when_cancelled(
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


def test_a_template_with_an_error_stops_the_edition_and_names_file_and_line(
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


def test_no_article_is_ever_in_two_editions_of_a_digest(app: Newsletter) -> None:
    first = make_digest(app)
    with app.database.write() as session:
        add_article(session, "Later", app.clock.now())
    second = make_digest(app)
    with app.database.read() as session:
        titles = [[a.title for a in store.articles_of(session, e.id)] for e in (first, second)]
    assert titles == [["Buses", "Homes"], ["Later"]]


def bulletin(app: Newsletter, **values: object) -> Edition:
    draft = BulletinDraft(**{"subject": "Flood warning", "text": "Stay **home**."} | values)  # type: ignore[arg-type]
    with app.database.write() as session:
        return compose_bulletin(session, app.config, draft, app.clock.now())


def test_a_bulletin_waits_for_its_undo_window_then_reaches_everybody(
    app: Newsletter, transport: RecordingTransport, clock: FixedClock
) -> None:
    bulletin(app)
    app.engine.send_due()
    assert transport.taken == []
    clock.at += timedelta(minutes=5)
    app.engine.send_due()
    assert recipients(transport) == [ANN, BEN, CAT]


def test_a_bulletin_to_topics_reaches_those_who_chose_them_or_everything(
    app: Newsletter, transport: RecordingTransport, clock: FixedClock
) -> None:
    bulletin(app, topics=("events",))
    clock.at += timedelta(minutes=5)
    app.engine.send_due()
    assert recipients(transport) == [ANN, CAT]


def test_the_same_bulletin_twice_within_a_day_needs_a_second_word(
    app: Newsletter, clock: FixedClock
) -> None:
    bulletin(app)
    clock.at += timedelta(hours=1)
    with pytest.raises(Conflict, match="is the same bulletin"):
        bulletin(app)
    assert bulletin(app, again=True).state is EditionState.QUEUED


def test_own_pictures_are_parts_of_the_mail_where_the_site_wants_it(
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
