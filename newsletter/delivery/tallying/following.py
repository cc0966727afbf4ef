"""The triggers by which the tally learns that a settled delivery changes.

What workers do all the time, claim and settle, fires none of them: each asks first what the state
was. Whatever leaves *failed*, *uncertain* or *skipped* is asked of the ledger from then on. A
delivery that was sent stays so; should somebody change that by hand, the tally is begun anew.

A migration that makes `deliveries` anew must make the triggers anew as well.
"""

from sqlalchemy import Connection

# On PostgreSQL, shared by who changes settled deliveries, and held alone by who takes them in.
LOCK = 7_203_098

_OPEN = """
    INSERT INTO open_deliveries (edition_id, delivery_id, subscriber_id, was)
    SELECT OLD.edition_id, OLD.id, OLD.subscriber_id, OLD.state
    FROM tallied_editions WHERE edition_id = OLD.edition_id AND through >= OLD.id
    ON CONFLICT DO NOTHING
    """
# SQLite would build a table for each row to look into, were this a list.
_SETTLED = "OLD.state <> 'claimed' AND OLD.state <> 'queued' AND OLD.state <> 'deferred'"
_TRIGGERS = (
    ("deliveries_settled_again", "UPDATE OF state, settled_at"),
    ("deliveries_removed", "DELETE"),
)
# Each statement sees what was committed while the lock was waited for.
_POSTGRESQL_FUNCTION = f"""
    CREATE FUNCTION follow_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_advisory_xact_lock_shared({LOCK});
        {_OPEN};
        RETURN NULL;
    END $$
    """
_POSTGRESQL_TRIGGER = """
    CREATE TRIGGER {name} AFTER {act} ON deliveries FOR EACH ROW
    WHEN ({when}) EXECUTE FUNCTION follow_deliveries()
    """
# What can be made smaller has been: trying again would be in vain.
_POSTGRESQL_STORAGE = "ALTER TABLE tally_bits ALTER COLUMN bits SET STORAGE EXTERNAL"
_SQLITE_TRIGGER = """
    CREATE TRIGGER {name} AFTER {act} ON deliveries WHEN {when} BEGIN {body}; END
    """
_BEGIN = "INSERT INTO tallies (id, generation, zone) VALUES (1, 0, '')"


def create_following(connection: Connection) -> None:
    """Make the triggers; nothing is taken in yet."""
    is_sqlite = connection.dialect.name == "sqlite"
    trigger = _SQLITE_TRIGGER if is_sqlite else _POSTGRESQL_TRIGGER
    before = () if is_sqlite else (_POSTGRESQL_STORAGE, _POSTGRESQL_FUNCTION)
    made = [trigger.format(name=n, act=act, when=_SETTLED, body=_OPEN) for n, act in _TRIGGERS]
    for statement in (*before, *made, _BEGIN):
        connection.exec_driver_sql(statement)


def drop_following(connection: Connection) -> None:
    """Remove them; the ledger stays."""
    is_sqlite = connection.dialect.name == "sqlite"
    for name, _ in _TRIGGERS:
        connection.exec_driver_sql(f"DROP TRIGGER {name}{'' if is_sqlite else ' ON deliveries'}")
    if not is_sqlite:
        connection.exec_driver_sql("DROP FUNCTION follow_deliveries()")
