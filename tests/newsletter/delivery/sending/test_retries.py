"""Retries: when, how often, and of which deliveries."""

from datetime import timedelta

from sent_editions import ANN, BEN, counts_of, make_digest, recipients, state_of
from support import RecordingTransport, add_subscriber

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.delivery import control
from newsletter.delivery.ledger import store
from newsletter.delivery.limits.domain_probing import MANY_DOMAINS
from newsletter.editions.models import Edition, EditionState
from newsletter.transports.base import Deferred, Refused


def test_a_deferred_mail_is_retried_when_due(
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


def given_up(app: Newsletter, transport: RecordingTransport, clock: FixedClock) -> Edition:
    """An edition whose mail to Ann was deferred until it was given up."""
    transport.answers[ANN] = Deferred(response="450 later")
    edition = make_digest(app)
    for _ in range(20):
        app.engine.send_due()
        clock.at += timedelta(hours=5)
    assert counts_of(app, edition) == {"sent": 1, "failed": 1}
    return edition


def test_a_mail_always_deferred_fails_after_the_give_up_time(
    app: Newsletter, transport: RecordingTransport, clock: FixedClock
) -> None:
    edition = given_up(app, transport, clock)
    with app.database.read() as session:
        assert ("failed", "given up: 450 later", 1) in store.reasons(session, edition.id)


def test_a_throttling_response_rests_the_transport_and_counts_no_attempt(
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


def test_only_failed_deliveries_are_retried(app: Newsletter, transport: RecordingTransport) -> None:
    transport.answers[ANN] = Refused(response="550 mailbox full for good")
    edition = make_digest(app)
    app.engine.send(edition.id)
    transport.answers.clear()
    with app.database.write() as session:
        assert control.retry_failed(session, edition.id) == 1
    app.engine.send_due()
    assert recipients(transport) == [ANN, ANN, BEN]
    assert counts_of(app, edition) == {"sent": 2}


def test_the_give_up_time_restarts_for_retried_deliveries(
    app: Newsletter, transport: RecordingTransport, clock: FixedClock
) -> None:
    edition = given_up(app, transport, clock)
    with app.database.write() as session:
        control.retry_failed(session, edition.id)
    app.engine.send_due()
    assert counts_of(app, edition) == {"sent": 1, "deferred": 1}


def test_the_give_up_time_starts_at_the_first_attempt_not_at_a_deferral_by_quota(
    app: Newsletter, transport: RecordingTransport, clock: FixedClock
) -> None:
    transport.answers[ANN] = Deferred(response="450 4.2.2 later")
    edition = make_digest(app)
    app.engine.prepare(edition.id)
    clock.at += timedelta(days=7)
    app.engine.send_due()
    assert counts_of(app, edition) == {"sent": 1, "deferred": 1}


def test_many_domains_that_refuse_in_a_row_rest_the_transport(
    app: Newsletter, transport: RecordingTransport, clock: FixedClock
) -> None:
    addresses = [f"bea@{number}.example" for number in range(MANY_DOMAINS + 10)]
    with app.database.write() as session:
        for address in addresses:
            add_subscriber(session, address, clock.now())
    refused = Deferred(response="451 4.3.0 later")
    transport.answers |= dict.fromkeys((ANN, BEN, *addresses), refused)
    edition = make_digest(app)
    app.engine.send(edition.id)
    # Ann and Ben have the same domain.
    assert len(transport.taken) in {MANY_DOMAINS, MANY_DOMAINS + 1}
    transport.answers.clear()
    clock.at += timedelta(hours=1)
    app.engine.send_due()
    assert counts_of(app, edition) == {"sent": len(addresses) + 2}
