"""More people sign up than the site asks to confirm: the administrators are told, once a day."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support import add_subscriber, make_app

from newsletter.actions import account, maintenance
from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.staff.actors import SCHEDULE, VISITOR
from subscribers.consent import ConsentOrigin
from subscribers.membership import Signup

MOST = 5


@pytest.fixture
def app(tmp_path: Path, sqlite_url: str, clock: FixedClock) -> Iterator[Newsletter]:
    found = make_app(tmp_path, sqlite_url, clock, f"[joining]\nsite_per_hour = {MOST}\n")
    yield found
    found.close()


def sign_up(app: Newsletter, people: range) -> None:
    for number in people:
        joining = Signup(address=f"p{number}@wexcombe.example")
        account.sign_up(app, VISITOR, joining, origin=ConsentOrigin(source="form on the site"))


def titles(app: Newsletter) -> list[str]:
    alarms = maintenance.raise_alarms(app, SCHEDULE, [])
    return [f"{alarm.title}: {alarm.text.partition(' ')[0]}" for alarm in alarms]


def test_as_many_as_the_site_asks_are_no_alarm(app: Newsletter) -> None:
    sign_up(app, range(MOST))
    assert titles(app) == []


def test_one_more_is_told_with_how_many_wait(app: Newsletter) -> None:
    sign_up(app, range(MOST + 2))
    assert titles(app) == ["Far more sign-ups than usual: 2"]


def test_a_flood_of_members_addresses_is_one_as_well(app: Newsletter, clock: FixedClock) -> None:
    with app.database.write() as session:
        for number in range(MOST + 2):
            add_subscriber(session, f"p{number}@wexcombe.example", clock.now())
    sign_up(app, range(MOST + 2))
    assert titles(app) == ["Far more sign-ups than usual: 2"]


def test_it_is_told_once_a_day(app: Newsletter, clock: FixedClock) -> None:
    sign_up(app, range(MOST + 2))
    titles(app)
    clock.at += timedelta(minutes=5)
    assert titles(app) == []
    clock.at += timedelta(days=1)
    assert titles(app) == ["Far more sign-ups than usual: 2"]


def test_a_flood_that_was_worked_off_is_no_alarm(app: Newsletter, clock: FixedClock) -> None:
    sign_up(app, range(MOST + 2))
    clock.at += timedelta(hours=1)
    app.notices.send_due()
    assert titles(app) == []
