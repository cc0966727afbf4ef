"""The consent ledger is append-only."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from support import add_subscriber

from newsletter.clock import FixedClock
from newsletter.database import Database
from newsletter.errors import Conflict
from subscribers import consent
from subscribers.consent import ConsentOrigin, history
from subscribers.models import ConsentEvent, ConsentKind

REFUSED = "the ledger of consent can only be added to"

UPSERT = """
    INSERT INTO consent_events SELECT * FROM consent_events WHERE true
    ON CONFLICT (id) DO UPDATE SET source = 'another'
"""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent_events SET source = 'another'",
        "DELETE FROM consent_events",
        UPSERT,
    ],
)
def test_consent_events_cannot_be_changed(
    database: Database, clock: FixedClock, statement: str
) -> None:
    with database.write() as session:
        add_subscriber(session, "ann@example.org", clock.now())
    with pytest.raises((Conflict, DBAPIError)) as refused, database.write() as session:
        session.execute(text(statement))
    assert REFUSED in f"{refused.value} {refused.value.__cause__}"


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE consent_events CASCADE",
        "TRUNCATE subscribers CASCADE",
        "MERGE INTO consent_events USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
    ],
)
def test_postgresql_neither_truncates_nor_merges_them(
    postgresql_url: str, clock: FixedClock, statement: str
) -> None:
    database = Database(postgresql_url)
    with database.write() as session:
        add_subscriber(session, "ann@example.org", clock.now())
    with pytest.raises((Conflict, DBAPIError)) as refused, database.write() as session:
        session.execute(text(statement))
    database.close()
    assert REFUSED in f"{refused.value} {refused.value.__cause__}"


@pytest.mark.parametrize("way", ["INSERT OR REPLACE INTO", "REPLACE INTO"])
def test_an_event_is_not_replaced_by_another(sqlite_url: str, clock: FixedClock, way: str) -> None:
    database = Database(sqlite_url)
    with database.write() as session:
        add_subscriber(session, "ann@example.org", clock.now())
    columns = "id, subscriber_id, at, kind, wording, wording_version, details"
    forged = f"{way} consent_events ({columns}, source) SELECT {columns}, 'another'"
    with pytest.raises((Conflict, DBAPIError)) as refused, database.write() as session:
        session.execute(text(f"{forged} FROM consent_events WHERE id = 1"))
    database.close()
    assert REFUSED in f"{refused.value} {refused.value.__cause__}"


def test_a_wording_without_a_number_has_a_derived_version(
    database: Database, clock: FixedClock
) -> None:
    with database.write() as session:
        ann = add_subscriber(session, "ann@example.org", clock.now())
        for words in ("Yes.", "Yes, please.", "Yes."):
            origin = ConsentOrigin(source="form", wording=words)
            consent.record(session, ann, ConsentKind.ASKED, origin, clock.now())
        session.flush()
        first, second, third = (proof.wording_version for proof in history(session, ann)[-3:])
    assert first == third != second


def test_ip_addresses_expire_and_events_stay(database: Database, clock: FixedClock) -> None:
    origin = ConsentOrigin(source="form", network="192.0.2.7")
    with database.write() as session:
        ann = add_subscriber(session, "ann@example.org", clock.now())
        consent.record(session, ann, ConsentKind.CHANGED, origin, clock.now())
        session.flush()
        assert history(session, ann)[-1].network == "192.0.2.7"
        assert consent.forget_networks(session, clock.now()) == 0
        assert consent.forget_networks(session, clock.now() + timedelta(seconds=1)) == 1
        assert [(p.kind, p.network) for p in history(session, ann)][-1] == (ConsentKind.CHANGED, "")


def with_network(database: Database, clock: FixedClock) -> None:
    """Events without a network, and one with it."""
    with database.write() as session:
        person = add_subscriber(session, "ann@example.org", clock.now())
        origin = ConsentOrigin(source="form", network="192.0.2.7")
        consent.record(session, person, ConsentKind.CHANGED, origin, clock.now())


ADDED_TO_ANOTHER = """
    INSERT INTO consent_events (id, subscriber_id, at, kind, source, network)
    SELECT id, subscriber_id, at, kind, source, '198.51.100.1' FROM consent_events WHERE true
    ON CONFLICT (id) DO UPDATE SET network = excluded.network
"""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent_events SET network = '198.51.100.1' WHERE network IS NOT NULL",
        "UPDATE consent_events SET network = '' WHERE network IS NOT NULL",
        "UPDATE consent_events SET network = network WHERE network IS NOT NULL",
        "UPDATE consent_events SET network = '198.51.100.1' WHERE network IS NULL",
        "UPDATE consent_events SET network = NULL WHERE network IS NULL",
        "DELETE FROM consent_events WHERE network IS NOT NULL",
        ADDED_TO_ANOTHER,
    ],
)
def test_the_network_of_an_event_is_neither_changed_nor_added(
    database: Database, clock: FixedClock, statement: str
) -> None:
    with_network(database, clock)
    with pytest.raises((Conflict, DBAPIError)) as refused, database.write() as session:
        session.execute(text(statement))
    assert REFUSED in f"{refused.value} {refused.value.__cause__}"


def test_a_network_that_was_emptied_stays_empty(database: Database, clock: FixedClock) -> None:
    with_network(database, clock)
    with database.write() as session:
        session.execute(text("UPDATE consent_events SET network = NULL WHERE network IS NOT NULL"))
    with pytest.raises((Conflict, DBAPIError)) as refused, database.write() as session:
        session.execute(text("UPDATE consent_events SET network = '198.51.100.1'"))
    assert REFUSED in f"{refused.value} {refused.value.__cause__}"


OTHERS = {"id": "id + 7", "subscriber_id": "subscriber_id + 7", "at": "'2020-01-01 00:00:00Z'"}
CHANGES = [
    f"{column.name} = " + OTHERS.get(column.name, "'other'")
    for column in ConsentEvent.__table__.c
    if column.name != "network"
]


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_else_changes_as_a_network_is_emptied(
    database: Database, clock: FixedClock, change: str
) -> None:
    with_network(database, clock)
    with pytest.raises((Conflict, DBAPIError)) as refused, database.write() as session:
        session.execute(
            text(f"UPDATE consent_events SET network = NULL, {change} WHERE network IS NOT NULL")
        )
    assert REFUSED in f"{refused.value} {refused.value.__cause__}"


def test_sqlite_refuses_another_rowid_as_a_network_is_emptied(
    sqlite_url: str, clock: FixedClock
) -> None:
    database = Database(sqlite_url)
    with_network(database, clock)
    with pytest.raises((Conflict, DBAPIError)) as refused, database.write() as session:
        session.execute(
            text("UPDATE consent_events SET network = NULL, rowid = 9 WHERE network IS NOT NULL")
        )
    database.close()
    assert REFUSED in f"{refused.value} {refused.value.__cause__}"


def test_erasure_empties_the_networks_of_one_person(database: Database, clock: FixedClock) -> None:
    origin = ConsentOrigin(source="form", network="192.0.2.7")
    with database.write() as session:
        ann, ben = (
            add_subscriber(session, f"{n}@example.org", clock.now()) for n in ("ann", "ben")
        )
        for person in (ann, ben):
            consent.record(session, person, ConsentKind.CHANGED, origin, clock.now())
        consent.forget_networks_of(session, ann)
        assert [history(session, p)[-1].network for p in (ann, ben)] == ["", "192.0.2.7"]
