"""The audit log is append-only, filtered and paged."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from newsletter.clock import FixedClock
from newsletter.database import Database
from newsletter.errors import Conflict
from newsletter.staff import audit
from newsletter.staff.actors import SCHEDULE, Actor, ActorOrigin, operator, subscriber
from newsletter.staff.audit import AuditSubject, Filters
from newsletter.staff.models import AuditEntry

REFUSED = "the audit log can only be added to"
ANN = operator("ann")


def record(database: Database, clock: FixedClock, actor: Actor, action: str, on: str = "") -> int:
    kind, _, name = on.partition(":")
    with database.write() as session:
        subject = AuditSubject(kind=kind, name=name)
        number = audit.record(session, actor, action, subject, {}, clock.now(), is_long=True)
        audit.record_outcome(session, number, {"people": 1}, clock.now())
        return number


def found(database: Database, filters: Filters) -> list[str]:
    """Actions of the lines, newest first."""
    with database.read() as session:
        return [line.action for line in audit.page(session, filters, limit=100)]


@pytest.mark.parametrize("table", ["audit_log", "audit_outcomes"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET at = at", "DELETE FROM {}"])
def test_the_database_refuses_updates_and_deletes_of_the_log(
    database: Database, clock: FixedClock, table: str, statement: str
) -> None:
    record(database, clock, ANN, "editions.pause")
    with pytest.raises((Conflict, DBAPIError)) as refused, database.write() as session:
        session.execute(text(statement.format(table)))
    assert REFUSED in f"{refused.value} {refused.value.__cause__}"


@pytest.mark.parametrize("table", ["audit_log", "audit_outcomes"])
@pytest.mark.parametrize("way", ["INSERT OR REPLACE INTO", "REPLACE INTO"])
def test_a_line_is_not_replaced_by_another(
    sqlite_url: str, clock: FixedClock, table: str, way: str
) -> None:
    database = Database(sqlite_url)
    record(database, clock, ANN, "editions.pause")
    with pytest.raises((Conflict, DBAPIError)) as refused, database.write() as session:
        session.execute(text(f"{way} {table} SELECT * FROM {table}"))
    database.close()
    assert REFUSED in f"{refused.value} {refused.value.__cause__}"


def test_postgresql_refuses_to_empty_the_log(postgresql_url: str, clock: FixedClock) -> None:
    database = Database(postgresql_url)
    record(database, clock, ANN, "editions.pause")
    with pytest.raises((Conflict, DBAPIError)) as refused, database.write() as session:
        session.execute(text("TRUNCATE audit_log, audit_outcomes"))
    database.close()
    assert REFUSED in f"{refused.value} {refused.value.__cause__}"


FROM_HOME = replace(ANN, origin=ActorOrigin(network="192.0.2.7", device="Firefox on Linux"))
EMPTIED = "network = NULL, device = NULL"
OTHERS = {"id": "id + 7", "at": "'2020-01-01 00:00:00Z'", "is_long": "NOT is_long"}
OTHER_CHANGES = [
    f"{EMPTIED}, {column.name} = " + OTHERS.get(column.name, "'[]'")
    for column in AuditEntry.__table__.c
    if column.name not in {"network", "device"}
]


@pytest.mark.parametrize(
    "changes",
    [
        "network = '198.51.100.1'",
        "network = '', device = ''",
        "network = network",
        "network = NULL",
        "device = NULL",
        *OTHER_CHANGES,
    ],
)
def test_where_somebody_acted_from_can_be_emptied_and_nothing_else(
    database: Database, clock: FixedClock, changes: str
) -> None:
    record(database, clock, FROM_HOME, "editions.pause")
    with pytest.raises((Conflict, DBAPIError)) as refused, database.write() as session:
        session.execute(text(f"UPDATE audit_log SET {changes}"))
    assert REFUSED in f"{refused.value} {refused.value.__cause__}"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET network = '198.51.100.1', device = ''",
        f"UPDATE audit_log SET {EMPTIED}",
        """INSERT INTO audit_log SELECT * FROM audit_log WHERE true
           ON CONFLICT (id) DO UPDATE SET network = '198.51.100.1'""",
    ],
)
def test_where_somebody_acted_from_stays_empty(
    database: Database, clock: FixedClock, statement: str
) -> None:
    record(database, clock, FROM_HOME, "editions.pause")
    with database.write() as session:
        assert audit.forget_origins(session, clock.now() + timedelta(seconds=1)) == 1
    with pytest.raises((Conflict, DBAPIError)) as refused, database.write() as session:
        session.execute(text(statement))
    assert REFUSED in f"{refused.value} {refused.value.__cause__}"


def test_lines_come_newest_first_and_page_by_page(database: Database, clock: FixedClock) -> None:
    for number in range(5):
        record(database, clock, ANN, f"editions.a{number}")
    with database.read() as session:
        first = audit.page(session, Filters(), limit=2)
        second = audit.page(session, Filters(), limit=2, after=first[-1].id)
    assert [line.action for line in first + second] == [f"editions.a{n}" for n in (4, 3, 2, 1)]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(actor="operator"), ["segments.add", "editions.pause"]),
        (Filters(actor="operator:ben"), ["segments.add"]),
        (Filters(actor="schedule"), ["editions.record_view"]),
        (Filters(action="editions"), ["editions.record_view", "editions.pause"]),
        (Filters(action="editions.pause"), ["editions.pause"]),
        (Filters(action="edit"), []),
        (Filters(subject="edition"), ["editions.pause"]),
        (Filters(subject="subscriber:7"), ["account.pause"]),
        (Filters(subject="subscriber:77"), []),
        (Filters(actor="operator", subject="edition:1"), ["editions.pause"]),
    ],
)
def test_lines_are_found_by_actor_action_and_subject(
    database: Database, clock: FixedClock, filters: Filters, expected: list[str]
) -> None:
    record(database, clock, ANN, "editions.pause", "edition:1")
    record(database, clock, subscriber(7), "account.pause", "subscriber:7")
    record(database, clock, SCHEDULE, "editions.record_view")
    record(database, clock, operator("ben"), "segments.add", "segment:1")
    assert found(database, filters) == expected


def test_lines_are_found_by_time(database: Database, clock: FixedClock) -> None:
    record(database, clock, ANN, "editions.early")
    clock.at += timedelta(hours=1)
    record(database, clock, ANN, "editions.late")
    assert found(database, Filters(since=clock.now())) == ["editions.late"]
    assert found(database, Filters(since=clock.now() + timedelta(seconds=1))) == []
