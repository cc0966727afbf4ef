"""Uncertain deliveries: resolved by a person or by policy."""

import pytest
from sent_editions import ANN, BEN, counts_of, make_digest, recipients, state_of
from support import RecordingTransport

from newsletter.app import Newsletter
from newsletter.config.tables.sending import UncertainPolicy
from newsletter.delivery import control
from newsletter.editions import store
from newsletter.editions.models import Edition, EditionState
from newsletter.transports.base import InDoubt


def tear_away(app: Newsletter, transport: RecordingTransport, edition: Edition) -> None:
    """Send until the transport is interrupted in the middle of a mail."""
    transport.raising = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        app.engine.send(edition.id)
    transport.raising = None


def test_an_interrupted_hand_over_leaves_one_mail_uncertain(
    app: Newsletter, transport: RecordingTransport
) -> None:
    edition = make_digest(app)
    tear_away(app, transport, edition)
    assert counts_of(app, edition) == {"uncertain": 1, "queued": 1}
    app.engine.send_due()
    assert counts_of(app, edition) == {"uncertain": 1, "sent": 1}


@pytest.mark.parametrize("resend", [True, False])
def test_uncertain_deliveries_are_resolved_by_a_person(
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
        store.by_id(session, edition.id).uncertain = UncertainPolicy(policy)
    return edition


def test_the_resend_policy_resends_uncertain_deliveries_once(
    app: Newsletter, transport: RecordingTransport
) -> None:
    transport.answers[ANN] = InDoubt(response="connection lost")
    edition = doubtful(app, "resend")
    app.engine.send(edition.id)
    app.engine.recover()
    app.engine.send_due()
    assert recipients(transport) == [ANN, ANN, BEN]
    assert counts_of(app, edition) == {"uncertain": 1, "sent": 1}


def test_the_leave_policy_never_sends_twice_even_on_retry(
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


def test_deliveries_uncertain_after_the_end_of_an_edition_are_settled_by_its_policy(
    app: Newsletter, transport: RecordingTransport
) -> None:
    edition = doubtful(app, "resend")
    tear_away(app, transport, edition)
    app.engine.recover()
    app.engine.send_due()
    assert counts_of(app, edition) == {"sent": 2}


def test_a_cancelled_edition_resends_nothing(
    app: Newsletter, transport: RecordingTransport
) -> None:
    edition = doubtful(app, "resend")
    tear_away(app, transport, edition)
    with app.database.write() as session:
        control.cancel(session, edition.id, app.clock.now())
    app.engine.recover()
    assert counts_of(app, edition) == {"uncertain": 1, "skipped": 1}
