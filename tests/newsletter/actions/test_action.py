"""The action decorators: transactions and audit lines."""

from typing import Any

import pytest
from sqlalchemy import select
from support import add_subscriber

from newsletter.actions.action import Job, UnitOfWork, action, long_action
from newsletter.actions.context import Context
from newsletter.app import Newsletter
from newsletter.errors import InvalidInput
from newsletter.staff import audit
from newsletter.staff.actors import operator
from newsletter.staff.audit import AuditRecord, Filters
from newsletter.staff.permissions import Permission
from subscribers.models import Subscriber

ANN = operator("ann")


@action(Permission.PEOPLE)
def enter(work: UnitOfWork[Context], address: str, *, fails: bool = False) -> None:
    work.about("subscriber", add_subscriber(work.session, address, work.now).id)
    if fails:
        raise InvalidInput("no")


@action(Permission.PEOPLE)
def look(work: UnitOfWork[Context]) -> None:
    work.skip_audit_line()


@long_action(Permission.PEOPLE)
def enter_all(job: Job[Context], addresses: list[str], *, fails: bool = False) -> None:
    job.about("subscribers", "", file="list.csv")
    job.counts["people"] = 0
    for address in addresses:
        with job.transaction() as work:
            add_subscriber(work.session, address, work.now)
        job.counts["people"] += 1
    if fails:
        raise InvalidInput("no")


def lines(app: Newsletter) -> list[AuditRecord]:
    with app.database.read() as session:
        return audit.page(session, Filters(), limit=100)


def people(app: Newsletter) -> int:
    with app.database.read() as session:
        return len(session.scalars(select(Subscriber)).all())


def test_a_line_names_time_actor_action_and_subject(app: Newsletter) -> None:
    enter(app, ANN, "zoe@wexcombe.example")
    line = lines(app)[0]
    assert (line.at, line.actor, line.action, line.subject) == (
        app.clock.now(),
        "operator:ann",
        "test_action.enter",
        "subscriber:1",
    )


def test_an_action_that_fails_leaves_neither_change_nor_line(app: Newsletter) -> None:
    with pytest.raises(InvalidInput):
        enter(app, ANN, "zoe@wexcombe.example", fails=True)
    assert (people(app), lines(app)) == (0, [])


def test_an_action_that_changes_nothing_leaves_no_line(app: Newsletter) -> None:
    look(app, ANN)
    assert lines(app) == []


def test_a_long_action_has_one_line_with_its_counts(app: Newsletter) -> None:
    enter_all(app, ANN, ["zoe@wexcombe.example", "yan@wexcombe.example"])
    found = lines(app)
    assert len(found) == 1
    assert (dict(found[0].details), found[0].is_finished) == (
        {"file": "list.csv", "people": 2},
        True,
    )


def test_a_long_action_that_does_nothing_leaves_no_line(app: Newsletter) -> None:
    enter_all(app, ANN, [])
    assert lines(app) == []


def test_a_long_action_that_stops_says_how_far_it_came(app: Newsletter) -> None:
    with pytest.raises(InvalidInput):
        enter_all(app, ANN, ["zoe@wexcombe.example"], fails=True)
    details: dict[str, Any] = dict(lines(app)[0].details)
    assert details == {"file": "list.csv", "people": 1, "stopped": "InvalidInput"}


def test_a_killed_long_action_is_listed_as_unfinished(app: Newsletter) -> None:
    job = Job(context=app, actor=ANN, action="test_action.enter_all")
    with job.transaction() as work:
        add_subscriber(work.session, "zoe@wexcombe.example", work.now)
    # After a kill: the line of the first transaction, without an outcome.
    assert [line.is_finished for line in lines(app)] == [False]


def test_a_first_transaction_that_fails_leaves_no_line(app: Newsletter) -> None:
    with pytest.raises(InvalidInput):
        enter_all(app, ANN, ["no address"])
    assert (people(app), lines(app)) == (0, [])
