"""The numbers of an edition, the people behind them, and what was answered."""

from datetime import timedelta

import pytest
from support import RecordingTransport, add_subscriber

from newsletter.actions import bulletins, editions
from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.delivery.dry_run import NOT_IN_TOPICS, audience_of
from newsletter.delivery.ledger.models import DeliveryState
from newsletter.editions.compose import BulletinDraft
from newsletter.errors import InvalidInput
from newsletter.queries.editions.answers import answers_by_domain, answers_by_kind, deliveries_in
from newsletter.queries.editions.numbers import EditionGauges, numbers_of
from newsletter.queries.editions.proofs import proof_of_edition
from newsletter.queries.editions.recipients import REASONS, RECIPIENTS, people_by_reason
from newsletter.queries.editions.undo import leaving_soon
from newsletter.staff.actors import operator
from newsletter.transports.base import InDoubt, Refused

ANN = operator("ann")
UNKNOWN = "550 5.1.1 no such user here"


def queued(app: Newsletter, *topics: str) -> int:
    draft = BulletinDraft(subject="Flood", text="Stay home.", topics=topics)
    return bulletins.send(app, ANN, draft).number


def sent(app: Newsletter, clock: FixedClock, transport: RecordingTransport) -> int:
    """A bulletin that one took, one refused, and one may have taken."""
    transport.answers = {
        "ben@wexcombe.example": Refused(response=UNKNOWN),
        "cat@wexcombe.example": InDoubt(response="the connection was lost"),
    }
    number = queued(app)
    clock.at += app.config.bulletins.undo
    app.engine.send_due()
    return number


def test_the_numbers_add_up_to_the_audience(
    app: Newsletter, clock: FixedClock, transport: RecordingTransport
) -> None:
    number = sent(app, clock, transport)
    with app.database.read() as session:
        found = numbers_of(session, number, clock.now())
    assert (found.audience, found.sent, found.failed, found.uncertain) == (3, 1, 1, 1)
    assert found.adds_up
    assert found.percent == 100


def test_those_who_look_within_two_seconds_share_one_count(
    app: Newsletter, clock: FixedClock, transport: RecordingTransport
) -> None:
    number, gauges = queued(app), EditionGauges(app.database)
    before = gauges.read(number, clock.now())
    clock.at += app.config.bulletins.undo
    app.engine.send_due()
    assert gauges.read(number, before.counted_at + timedelta(seconds=1)) is before
    assert gauges.read(number, clock.now()).sent == 3


def test_the_rate_is_of_what_was_settled_between_two_looks(
    app: Newsletter, clock: FixedClock, transport: RecordingTransport
) -> None:
    number, gauges = queued(app), EditionGauges(app.database)
    clock.at += app.config.bulletins.undo
    gauges.read(number, clock.now())
    app.engine.send_due()
    clock.at += timedelta(seconds=30)
    assert gauges.read(number, clock.now()).per_minute == 6


def test_everybody_stands_behind_exactly_one_number(app: Newsletter, clock: FixedClock) -> None:
    with app.database.write() as session:
        add_subscriber(session, "pat@wexcombe.example", clock.now(), proven=False)
        add_subscriber(session, "eve@wexcombe.example", clock.now(), topics=["parks"])
    number = queued(app, "housing")
    with app.database.read() as session:
        composition = proof_of_edition(session, number).composition
        counts = audience_of(session, composition, clock.now())
        found = {
            reason: people_by_reason(session, composition, reason, clock.now(), limit=99)
            for reason in REASONS
        }
    told = {RECIPIENTS: counts.recipients, **counts.excluded}
    assert {reason: len(people) for reason, people in found.items() if people} == told
    assert [p.address.partition("@")[0] for p in found[RECIPIENTS]] == ["ann", "ben"]
    assert [p.address.partition("@")[0] for p in found[NOT_IN_TOPICS]] == ["cat", "eve"]


def test_people_come_in_pages(app: Newsletter, clock: FixedClock) -> None:
    number = queued(app)
    with app.database.read() as session:
        composition = proof_of_edition(session, number).composition
        first = people_by_reason(session, composition, RECIPIENTS, clock.now(), limit=2)
        rest = people_by_reason(
            session, composition, RECIPIENTS, clock.now(), limit=2, after=first[-1].number
        )
    assert [p.name or p.address for p in (*first, *rest)] == [
        "Ann",
        "ben@wexcombe.example",
        "cat@wexcombe.example",
    ]


def test_a_reason_that_does_not_exist_is_refused(app: Newsletter, clock: FixedClock) -> None:
    number = queued(app)
    with app.database.read() as session:
        composition = proof_of_edition(session, number).composition
    with app.database.read() as session, pytest.raises(InvalidInput, match="is no reason"):
        people_by_reason(session, composition, "whim", clock.now(), limit=1)


def test_a_refusal_stands_with_the_servers_words_and_what_to_do(
    app: Newsletter, clock: FixedClock, transport: RecordingTransport
) -> None:
    number = sent(app, clock, transport)
    with app.database.read() as session:
        [failed] = deliveries_in(session, number, DeliveryState.FAILED, limit=9)
        kinds = {kind.state: kind.words for kind in answers_by_kind(session, number)}
        domains = answers_by_domain(session, number)
    assert (failed.address, failed.words) == ("ben@wexcombe.example", UNKNOWN)
    assert failed.advice.startswith("The address does not exist,")
    assert kinds == {
        DeliveryState.FAILED: UNKNOWN,
        DeliveryState.UNCERTAIN: "the connection was lost",
    }
    assert [(d.domain, d.total) for d in domains] == [("wexcombe.example", 2)]


def test_one_doubtful_mail_is_settled_by_itself(
    app: Newsletter, clock: FixedClock, transport: RecordingTransport
) -> None:
    with app.database.write() as session:
        add_subscriber(session, "dan@wexcombe.example", clock.now())
    transport.answers["dan@wexcombe.example"] = InDoubt(response="lost")
    number = sent(app, clock, transport)
    transport.answers["dan@wexcombe.example"] = InDoubt(response="lost")
    with app.database.read() as session:
        doubtful = deliveries_in(session, number, DeliveryState.UNCERTAIN, limit=9)
    assert editions.resolve(app, ANN, number, resend=False, delivery=doubtful[0].number) == 1
    with app.database.read() as session:
        left = deliveries_in(session, number, DeliveryState.UNCERTAIN, limit=9)
    assert left == list(doubtful[1:])


def test_an_edition_that_leaves_soon_can_be_taken_back(app: Newsletter, clock: FixedClock) -> None:
    number = queued(app)
    with app.database.read() as session:
        within = timedelta(minutes=10)
        assert [e.number for e in leaving_soon(session, clock.now(), within)] == [number]
        assert leaving_soon(session, clock.now() + timedelta(hours=1), within) == []
