"""The settings store, on both databases."""

from datetime import timedelta

from newsletter.clock import FixedClock
from newsletter.database import Database
from newsletter.settings import store


def test_a_database_without_tables_has_no_settings(tmp_path: object) -> None:
    database = Database(f"sqlite:///{tmp_path}/nothing.db")
    assert store.read_settings(database) == store.StoredSettings()
    database.close()


def test_the_last_value_set_is_read(database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        store.put(session, "site.name", "First", by="operator:ann", now=clock.now())
        store.put(session, "site.name", "Second", by="operator:ben", now=clock.now())
    assert store.read_settings(database).values == {"site.name": "Second"}


def test_every_change_gives_another_version(database: Database, clock: FixedClock) -> None:
    versions = [store.read_settings(database).version]
    for act in (
        lambda session: store.put(session, "a", [1], by="x", now=clock.now()),
        lambda session: store.put(session, "a", [1], by="x", now=clock.now()),
        lambda session: store.remove(session, "a", by="x", now=clock.now()),
    ):
        with database.write() as session:
            act(session)
        versions.append(store.read_settings(database).version)
    assert versions == sorted(set(versions))


def test_earlier_values_are_kept_with_who_and_when(database: Database, clock: FixedClock) -> None:
    later = clock.now() + timedelta(days=1)
    with database.write() as session:
        store.put(session, "site.name", "First", by="operator:ann", now=clock.now())
        store.put(session, "site.name", "Second", by="operator:ben", now=later)
        assert store.remove(session, "site.name", by="operator:cat", now=later)
    with database.read() as session:
        found = [(c.value, c.changed_by, c.changed_at) for c in store.history(session, "site.name")]
    assert found == [
        (None, "operator:cat", later),
        ("Second", "operator:ben", later),
        ("First", "operator:ann", clock.now()),
    ]


def test_a_setting_not_set_cannot_be_removed(database: Database, clock: FixedClock) -> None:
    with database.write() as session:
        assert not store.remove(session, "site.name", by="x", now=clock.now())
