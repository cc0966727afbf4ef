"""An edition that comes back too often is paused, and refusals about us are told."""

from datetime import timedelta

import pytest
from sent_site import Site, told
from sqlalchemy import select
from support import add_subscriber

from newsletter.actions import editions, feedback
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger.models import Delivery
from newsletter.editions import store
from newsletter.editions.models import Edition, EditionState
from newsletter.feedback.store import find_evidence
from newsletter.staff.actors import SCHEDULE, operator
from newsletter.transports.events import EventKind

BOB = operator("bob")
PEOPLE = 60


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """On SQLite only: the queries are those of other tests on both."""
    return sqlite_url


@pytest.fixture
def edition(site: Site) -> int:
    """An edition under way, with sixty mails sent and more."""
    with site.app.database.write() as session:
        for number in range(PEOPLE):
            add_subscriber(session, f"p{number}@wexcombe.example", site.clock.now())
    number = site.send()
    under_way(site, number)
    return number


def under_way(site: Site, number: int) -> None:
    with site.app.database.write() as session:
        found = session.get(Edition, number)
        assert found is not None
        found.state = EditionState.SENDING


def come_back(site: Site, edition: int, kind: EventKind, count: int, first: int = 0) -> None:
    with site.app.database.read() as session:
        numbers = session.scalars(
            select(Delivery.id).where(Delivery.edition_id == edition).order_by(Delivery.id)
        ).all()
    site.tell(
        *(told(kind, delivery=n, at=site.clock.now()) for n in numbers[first : first + count])
    )


def look(site: Site) -> list[Alarm]:
    return feedback.check_returned_mail(site.app, SCHEDULE)


def state(site: Site, edition: int) -> EditionState:
    with site.app.database.read() as session:
        return store.state_of(session, edition)


@pytest.mark.parametrize(
    ("kind", "count", "expected"),
    [
        (EventKind.SOFT, 9, EditionState.SENDING),
        (EventKind.SOFT, 10, EditionState.PAUSED),
        (EventKind.HARD, 10, EditionState.PAUSED),
        (EventKind.COMPLAINT, 1, EditionState.SENDING),
        (EventKind.COMPLAINT, 2, EditionState.PAUSED),
        (EventKind.AUTOREPLY, 50, EditionState.SENDING),
    ],
)
def test_an_edition_is_paused_beyond_its_line(
    site: Site, edition: int, kind: EventKind, count: int, expected: EditionState
) -> None:
    come_back(site, edition, kind, count)
    look(site)
    assert state(site, edition) is expected


def test_a_pause_is_told_once(site: Site, edition: int) -> None:
    come_back(site, edition, EventKind.SOFT, 20)
    titles = [alarm.title for alarm in (*look(site), *look(site))]
    assert titles == [f"Edition {edition} is paused: too many bounces"]


def test_a_resumed_edition_is_paused_again_when_the_count_has_doubled(
    site: Site, edition: int
) -> None:
    come_back(site, edition, EventKind.SOFT, 12)
    look(site)
    editions.resume(site.app, BOB, edition)
    under_way(site, edition)
    come_back(site, edition, EventKind.SOFT, 11, first=12)
    assert look(site) == []
    come_back(site, edition, EventKind.SOFT, 1, first=23)
    assert [alarm.title for alarm in look(site)]


def test_refusals_because_of_us_are_told_once_a_day(site: Site) -> None:
    site.tell(*(told(EventKind.BLOCKED, provider_id=str(n), reason="listed") for n in range(5)))
    assert [alarm.title for alarm in look(site)] == ["5 mails were refused because of us"]
    assert look(site) == []


def test_stored_reports_expire(site: Site) -> None:
    site.tell(told(EventKind.UNKNOWN, evidence=b"a letter"))
    site.clock.at += timedelta(days=31)
    look(site)
    with site.app.database.read() as session:
        assert find_evidence(session, 1) is None
