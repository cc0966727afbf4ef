"""Refused recipients fail alone; refusals of the sender stop the transport."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from sent_editions import ANN, BEN, counts_of, make_digest, state_of
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from support import RecordingTransport, add_article, add_subscriber

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.delivery import control
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger import holds, store
from newsletter.delivery.sending.circuit_breaker import SAMPLE, CircuitBreaker, EditionHistory
from newsletter.editions.models import EditionState
from newsletter.errors import NewsletterError, SendingFailed
from newsletter.transports.base import Accepted, Outcome, Refused, TransportStopped

UNKNOWN = Refused(response="550 5.1.1 no such user")
RELAY = Refused(response="554 5.7.1 <a@b.example>: Relay access denied")
SPAM = Refused(response="550 5.7.1 Blocked by SpamAssassin")
OK = Accepted(response="250 ok")
CLOCK = FixedClock(datetime(2026, 7, 3, 9, tzinfo=UTC))


@pytest.fixture
def told(app: Newsletter, monkeypatch: pytest.MonkeyPatch) -> list[Alarm]:
    alarms: list[Alarm] = []
    monkeypatch.setattr(app, "send_alarm", alarms.append)
    return alarms


def people(app: Newsletter, count: int) -> list[str]:
    addresses = [f"p{number}@d{number % 40}.example" for number in range(count)]
    with app.database.write() as session:
        for address in addresses:
            add_subscriber(session, address, app.clock.now())
    return addresses


@pytest.mark.parametrize("answer", [RELAY, SPAM, Refused(response="550 5.4.5 Daily sending quota")])
def test_refusals_of_the_sender_stop_the_transport_without_failures(
    app: Newsletter, transport: RecordingTransport, told: list[Alarm], answer: Refused
) -> None:
    for address in (*people(app, 60), "ann@wexcombe.example", "ben@wexcombe.example"):
        transport.answers[address] = answer
    edition = make_digest(app)
    with pytest.raises(TransportStopped, match="refused us"):
        app.engine.send(edition.id)
    assert state_of(app, edition) is EditionState.STOPPED
    assert counts_of(app, edition) == {"queued": 62}
    assert len(transport.taken) <= 10
    assert len(told) == 1
    transport.answers.clear()
    with app.database.write() as session:
        control.resume(session, edition.id)
    app.engine.send_due()
    assert counts_of(app, edition) == {"sent": 62}


def test_a_small_edition_refused_entirely_because_of_the_sender_stops(
    app: Newsletter, transport: RecordingTransport, told: list[Alarm]
) -> None:
    transport.answers["ann@wexcombe.example"] = transport.answers["ben@wexcombe.example"] = RELAY
    edition = make_digest(app)
    with pytest.raises(TransportStopped, match="Relay access denied"):
        app.engine.send(edition.id)
    assert "failed" not in counts_of(app, edition)
    transport.answers.clear()
    with app.database.write() as session:
        control.resume(session, edition.id)
    app.engine.send_due()
    assert counts_of(app, edition) == {"sent": 2}


def test_one_domain_that_denies_relaying_does_not_stop_the_transport(
    app: Newsletter, transport: RecordingTransport, told: list[Alarm]
) -> None:
    people(app, 30)
    transport.answers["p7@d7.example"] = RELAY
    edition = make_digest(app)
    app.engine.send(edition.id)
    assert counts_of(app, edition) == {"sent": 31, "deferred": 1}
    (alarm,) = told
    assert alarm.details[0] == "1 × 554 5.7.1 <…>: Relay access denied"


def test_twenty_consecutive_permanent_refusals_hold_the_edition(
    app: Newsletter, transport: RecordingTransport, told: list[Alarm]
) -> None:
    for address in (ANN, BEN, *people(app, 98)):
        transport.answers[address] = UNKNOWN
    edition = make_digest(app)
    with pytest.raises(SendingFailed, match="20 recipients in a row"):
        app.engine.send(edition.id)
    assert counts_of(app, edition) == {"failed": 20, "queued": 80}
    assert [alarm.title for alarm in told] == [f"Edition {edition.id} has stopped"]


def test_thresholds_grow_after_each_resume(
    app: Newsletter, transport: RecordingTransport, told: list[Alarm]
) -> None:
    for address in people(app, 100):
        transport.answers[address] = UNKNOWN
    edition = make_digest(app)
    with pytest.raises(SendingFailed):
        app.engine.send(edition.id)
    with app.database.write() as session:
        control.resume(session, edition.id)
    app.engine.send_due()
    assert counts_of(app, edition) == {"sent": 2, "failed": 100}
    transport.answers.clear()
    with app.database.write() as session:
        assert control.retry_failed(session, edition.id) == 100
    app.engine.send_due()
    assert counts_of(app, edition) == {"sent": 102}


def resume(app: Newsletter, number: int) -> None:
    with app.database.write() as session:
        control.resume(session, number)
    app.engine.send_due()


def test_refusals_that_held_an_edition_are_tried_again_when_it_is_resumed(
    app: Newsletter, transport: RecordingTransport, told: list[Alarm]
) -> None:
    for address in (ANN, BEN, *people(app, 98)):
        transport.answers[address] = UNKNOWN
    edition = make_digest(app)
    app.engine.send_due()
    transport.answers.clear()
    resume(app, edition.id)
    assert counts_of(app, edition) == {"sent": 100}


def test_refusals_after_a_resume_stay_when_it_is_paused_and_resumed(
    app: Newsletter, transport: RecordingTransport, told: list[Alarm]
) -> None:
    for address in people(app, 100):
        transport.answers[address] = UNKNOWN
    edition = make_digest(app)
    app.engine.send_due()
    resume(app, edition.id)
    transport.answers.clear()
    with app.database.write() as session:
        assert holds.requeue_doubtful(session, edition.id) == 0


STOPPING_FAILS = {
    "sqlite": """CREATE TRIGGER fails BEFORE UPDATE OF state ON editions
        WHEN NEW.state = 'stopped' BEGIN SELECT RAISE(ABORT, 'broken'); END""",
    "postgresql": """CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql
        AS 'BEGIN RAISE EXCEPTION USING MESSAGE = NEW.state; END';
        CREATE TRIGGER fails BEFORE UPDATE OF state ON editions
        FOR EACH ROW WHEN (NEW.state = 'stopped') EXECUTE FUNCTION fail()""",
}
STOPPING_WORKS = {
    "sqlite": "DROP TRIGGER fails",
    "postgresql": "DROP TRIGGER fails ON editions; DROP FUNCTION fail()",
}


def execute(app: Newsletter, statements: Mapping[str, str]) -> None:
    with app.database.write() as session:
        session.execute(text(statements[session.get_bind().dialect.name]))


@pytest.mark.parametrize("count", [4, 98])
def test_a_hold_that_could_not_be_stored_is_made_again(
    app: Newsletter, transport: RecordingTransport, told: list[Alarm], count: int
) -> None:
    for address in (ANN, BEN, *people(app, count)):
        transport.answers[address] = UNKNOWN
    edition = make_digest(app)
    execute(app, STOPPING_FAILS)
    with pytest.raises((NewsletterError, SQLAlchemyError)):
        app.engine.send(edition.id)
    execute(app, STOPPING_WORKS)
    app.engine.send_due()
    assert state_of(app, edition) is EditionState.STOPPED
    transport.answers.clear()
    resume(app, edition.id)
    assert counts_of(app, edition) == {"sent": count + 2}


def test_a_small_edition_whose_recipients_are_all_refused_is_held(
    app: Newsletter, transport: RecordingTransport, told: list[Alarm]
) -> None:
    for address in (ANN, BEN, *people(app, 2)):
        transport.answers[address] = UNKNOWN
    edition = make_digest(app)
    app.engine.send_due()
    assert state_of(app, edition) is EditionState.STOPPED
    assert "all 4 recipients failed, the last with: 550 5.1.1 no such user" in told[0].details[0]


def test_a_small_edition_that_is_refused_again_after_a_resume_ends(
    app: Newsletter, transport: RecordingTransport, told: list[Alarm]
) -> None:
    for address in (ANN, BEN, *people(app, 2)):
        transport.answers[address] = UNKNOWN
    edition = make_digest(app)
    app.engine.send_due()
    resume(app, edition.id)
    assert state_of(app, edition) is EditionState.SENT
    assert counts_of(app, edition) == {"failed": 4}


def outcomes(pattern: str) -> list[Outcome]:
    return [OK if letter == "+" else UNKNOWN for letter in pattern]


@pytest.mark.parametrize(
    ("pattern", "is_held"),
    [
        ("-" * 19, False),
        ("-" * 20, True),
        (("-" * 19 + "+") * 10, True),  # 48 of the first 50
        (("-" * 7 + "+") * 10, False),  # 44 of the first 50
        ("+" * 50 + ("-" * 19 + "+") * 10, False),
    ],
)
def test_consecutive_refusals_or_a_refused_sample_hold_the_edition(
    pattern: str, is_held: bool
) -> None:
    breaker = CircuitBreaker(EditionHistory(), CLOCK)
    for outcome in outcomes(pattern):
        breaker.observe("main", outcome)
    assert bool(breaker.problem) is is_held


def test_earlier_outcomes_count_for_the_sample() -> None:
    breaker = CircuitBreaker(EditionHistory(sent=4, refused=45), CLOCK)
    breaker.observe("main", UNKNOWN)
    assert breaker.problem


def test_doubtful_failures_begin_after_the_last_accepted_mail() -> None:
    clock = FixedClock(CLOCK.at)
    breaker = CircuitBreaker(EditionHistory(sent=SAMPLE), clock)
    for outcome in (UNKNOWN, OK, *[UNKNOWN] * 20):
        clock.at += timedelta(minutes=1)
        breaker.observe("main", outcome)
    assert breaker.doubtful_since == CLOCK.at + timedelta(minutes=3)


def test_every_failure_is_doubtful_where_this_process_has_sent_nothing() -> None:
    breaker = CircuitBreaker(EditionHistory(sent=SAMPLE), CLOCK)
    for _ in range(20):
        breaker.observe("main", UNKNOWN)
    assert breaker.problem
    assert breaker.doubtful_since is None


def test_every_failure_of_a_refused_sample_is_doubtful() -> None:
    breaker = CircuitBreaker(EditionHistory(sent=4, refused=45), CLOCK)
    breaker.observe("main", UNKNOWN)
    assert breaker.problem
    assert breaker.doubtful_since is None


def test_refusals_by_one_transport_do_not_stop_another() -> None:
    breaker = CircuitBreaker(EditionHistory(sent=9), CLOCK)
    for _ in range(3):
        breaker.observe("main", RELAY)
    assert breaker.must_stop("main")
    assert not breaker.must_stop("second")


def test_responses_are_merged_without_addresses_and_queue_ids(
    app: Newsletter, transport: RecordingTransport
) -> None:
    for number, address in enumerate(people(app, 12)):
        words = f"550 5.1.1 <{address}>: User unknown (4bX{number}k9Zq1z2{number:04})"
        transport.answers[address] = Refused(response=words)
    edition = make_digest(app)
    app.engine.send(edition.id)
    with app.database.read() as session:
        assert store.reasons(session, edition.id) == [
            ("failed", "550 5.1.1 <…>: User unknown (…)", 12)
        ]


def test_a_new_edition_starts_with_the_initial_thresholds(
    app: Newsletter, transport: RecordingTransport, told: list[Alarm]
) -> None:
    for address in people(app, 30):
        transport.answers[address] = UNKNOWN
    with pytest.raises(SendingFailed):
        app.engine.send(make_digest(app).id)
    with app.database.write() as session:
        add_article(session, "More", app.clock.now())
    with pytest.raises(SendingFailed):
        app.engine.send(make_digest(app).id)
    assert len(told) == 2
