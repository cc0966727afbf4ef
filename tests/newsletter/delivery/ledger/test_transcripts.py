"""What servers said of mails that were not simply taken is kept for a time, without mailboxes."""

from datetime import timedelta

import pytest
from sent_editions import ANN, BEN, make_digest
from sqlalchemy import select
from support import RecordingTransport, add_article, add_subscriber

from newsletter.actions import editions, feedback, subscribers
from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.delivery.ledger import transcripts
from newsletter.delivery.ledger.models import Delivery
from newsletter.delivery.ledger.transcripts import storable
from newsletter.staff.actors import SCHEDULE, operator
from newsletter.transports.base import Deferred, Refused

BOB = operator("bob")
SAID = f"* mx.wexcombe.example\n> RCPT TO:<{ANN}>\n< 550 5.1.1 {ANN}: no such user"


@pytest.fixture
def kept(app: Newsletter, transport: RecordingTransport) -> dict[int, str]:
    """The conversations after an edition that Ben's server took and Ann's refused."""
    with app.database.write() as session:
        add_article(session, "News", app.clock.now())
        for address in (ANN, BEN):
            add_subscriber(session, address, app.clock.now())
    transport.answers = {ANN: Refused(response="550 5.1.1 no such user", transcript=SAID)}
    make_digest(app)
    app.engine.send_due()
    return said(app)


def said(app: Newsletter) -> dict[int, str]:
    with app.database.read() as session:
        return transcripts.of_deliveries(session, session.scalars(select(Delivery.id)).all())


def test_it_is_kept_of_what_was_not_taken(kept: dict[int, str]) -> None:
    (content,) = kept.values()
    assert content.splitlines()[-1] == "< 550 5.1.1 …@wexcombe.example: no such user"


def test_the_last_attempt_replaces_the_one_before(
    app: Newsletter, transport: RecordingTransport, clock: FixedClock, kept: dict[int, str]
) -> None:
    transport.answers = {ANN: Deferred(response="450 busy", transcript="< 450 busy")}
    editions.retry(app, BOB, 1)
    app.engine.send_due()
    assert list(said(app).values()) == ["< 450 busy"]


def test_it_is_forgotten_after_a_time(
    app: Newsletter, clock: FixedClock, kept: dict[int, str]
) -> None:
    clock.at += app.config.feedback.keep_evidence - timedelta(hours=1)
    feedback.check_returned_mail(app, SCHEDULE)
    assert said(app)
    clock.at += timedelta(hours=2)
    feedback.check_returned_mail(app, SCHEDULE)
    assert not said(app)


def test_it_is_forgotten_when_its_subscriber_is_erased(
    app: Newsletter, kept: dict[int, str]
) -> None:
    with app.database.read() as session:
        number = session.scalars(select(Delivery.subscriber_id).where(Delivery.id.in_(kept))).one()
    subscribers.erase(app, BOB, number)
    assert not said(app)


@pytest.mark.parametrize(
    ("line", "stored"),
    [
        ("> MAIL FROM:<bounces+s3cr3t@wexcombe.example>", "> MAIL FROM:<…@wexcombe.example>"),
        ('> RCPT TO:<"ann lee"@wexcombe.example> X', "> RCPT TO:<…@wexcombe.example> X"),
        ("< 250 mx.wexcombe.example ok", "< 250 mx.wexcombe.example ok"),
    ],
)
def test_of_an_address_the_domain_is_kept(line: str, stored: str) -> None:
    assert storable(line, '"ann lee"@wexcombe.example') == stored
