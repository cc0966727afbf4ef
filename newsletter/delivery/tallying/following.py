"""The triggers by which the tally learns that a settled delivery changes.

What workers do all the time, claim and settle, sets off none of them: the state before is asked
first. Whatever leaves *failed*, *uncertain* or *skipped* is asked of the ledger from then on. What
was sent stays so, and no delivery is ever deleted; should somebody do either by hand, it is noted
as one that was sent, and the tally is begun anew.

A migration that makes `deliveries` anew must make the triggers anew as well.
"""

from sqlalchemy import Connection

# On PostgreSQL, shared by who changes settled deliveries, and held alone by who takes them in.
LOCK = 7_203_098

# SQLite would build a table for each row to look into, were this a list.
_IS_SETTLED = "OLD.state <> 'claimed' AND OLD.state <> 'queued' AND OLD.state <> 'deferred'"
_NOTE = """
    INSERT INTO open_deliveries (edition_id, delivery_id, subscriber_id, was)
    SELECT OLD.edition_id, OLD.id, OLD.subscriber_id, {was}
    FROM tallied_editions WHERE edition_id = OLD.edition_id AND through >= OLD.id
    ON CONFLICT {otherwise}
    """
# What is open already stands there with what was taken in.
_CHANGED = _NOTE.format(was="OLD.state", otherwise="DO NOTHING")
_REMOVED = _NOTE.format(
    was="'sent'", otherwise="(edition_id, delivery_id) DO UPDATE SET was = 'sent'"
)
_TRIGGERS = (
    ("deliveries_changed", "UPDATE OF state, settled_at", f"WHEN ({_IS_SETTLED})", _CHANGED),
    ("deliveries_removed", "DELETE", "", _REMOVED),
)
# Each statement sees what was committed while the lock was waited for.
_POSTGRESQL_FUNCTION = """
    CREATE FUNCTION note_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_advisory_xact_lock_shared({lock});
        {note};
        RETURN NULL;
    END $$
    """
_POSTGRESQL_TRIGGER = """
    CREATE TRIGGER {name} AFTER {act} ON deliveries FOR EACH ROW
    {when} EXECUTE FUNCTION note_{name}()
    """
# What can be made smaller has been: trying again would be in vain.
_POSTGRESQL_STORAGE = "ALTER TABLE tally_bits ALTER COLUMN bits SET STORAGE EXTERNAL"
_SQLITE_TRIGGER = """
    CREATE TRIGGER {name} AFTER {act} ON deliveries {when} BEGIN {note}; END
    """
_BEGIN = "INSERT INTO tallies (id, generation, zone) VALUES (1, 0, '')"


def create_following(connection: Connection) -> None:
    """Make the triggers; nothing is taken in yet."""
    is_sqlite = connection.dialect.name == "sqlite"
    templates = (_SQLITE_TRIGGER,) if is_sqlite else (_POSTGRESQL_FUNCTION, _POSTGRESQL_TRIGGER)
    for name, act, when, note in _TRIGGERS:
        for template in templates:
            statement = template.format(name=name, act=act, when=when, note=note, lock=LOCK)
            connection.exec_driver_sql(statement)
    if not is_sqlite:
        connection.exec_driver_sql(_POSTGRESQL_STORAGE)
    connection.exec_driver_sql(_BEGIN)


def drop_following(connection: Connection) -> None:
    """Remove them; the ledger stays."""
    is_sqlite = connection.dialect.name == "sqlite"
    for name, *_ in _TRIGGERS:
        connection.exec_driver_sql(f"DROP TRIGGER {name}{'' if is_sqlite else ' ON deliveries'}")
        if not is_sqlite:
            connection.exec_driver_sql(f"DROP FUNCTION note_{name}()")
