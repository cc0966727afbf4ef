"""The site-wide rate limit of confirmation mails."""

from datetime import timedelta

from sqlalchemy import select
from support import add_subscriber

from newsletter.clock import FixedClock
from newsletter.database import Database
from newsletter.delivery.ledger.models import DeliveryState, Notice, NoticeKind
from newsletter.subscriptions import notices

MOST = 10


def ask(database: Database, clock: FixedClock, people: range) -> list[Notice]:
    """The notices after so many sign-ups."""
    with database.write() as session:
        for number in people:
            person = add_subscriber(session, f"p{number}@wexcombe.example", clock.now())
            kind = NoticeKind.CONFIRM
            notices.queue(session, kind, person, clock.now(), max_per_hour=MOST)
    with database.read() as session:
        return list(session.scalars(select(Notice).order_by(Notice.id)))


def test_notices_beyond_the_rate_limit_are_delayed(database: Database, clock: FixedClock) -> None:
    found = ask(database, clock, range(MOST + 3))
    assert {n.state for n in found[:MOST]} == {DeliveryState.QUEUED}
    later = [n.next_attempt_at for n in found[MOST:]]
    step = timedelta(hours=1) / MOST
    assert later == [clock.now() + step * n for n in (1, 2, 3)]
    with database.read() as session:
        assert notices.count_delayed(session) == 3


def test_notices_beyond_the_longest_delay_are_dropped(
    database: Database, clock: FixedClock
) -> None:
    found = ask(database, clock, range(MOST * 20))
    latest = max(n.next_attempt_at for n in found if n.next_attempt_at)
    assert latest <= clock.now() + notices.MAX_DELAY
    assert len(found) < MOST * 20


def test_the_rate_limit_resets_after_an_hour(database: Database, clock: FixedClock) -> None:
    ask(database, clock, range(MOST))
    clock.at += timedelta(minutes=61)
    assert ask(database, clock, range(MOST, MOST + 1))[-1].state is DeliveryState.QUEUED
