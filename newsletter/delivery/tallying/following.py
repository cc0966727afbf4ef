"""The triggers by which the tally learns that a settled delivery changes.

What workers do all the time, claim and settle, fires none of them: each asks first what the state
was. Whatever leaves *failed*, *uncertain* or *skipped* is asked of the ledger from then on. A
delivery that was sent stays so; should somebody change that by hand, the tally is begun anew.

A migration that makes `deliveries` anew must make the triggers anew as well.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

# On PostgreSQL, shared by who changes settled deliveries, and held alone by who takes them in.
LOCK = 7_203_098

_OPEN = """
    INSERT INTO open_deliveries (edition_id, delivery_id, subscriber_id, was_failed)
    SELECT OLD.edition_id, OLD.id, OLD.subscriber_id, OLD.state = 'failed'
    FROM tallied_editions WHERE edition_id = OLD.edition_id AND through >= OLD.id
    ON CONFLICT DO NOTHING
    """
_FORGET = (
    "DELETE FROM tallied_editions",
    "DELETE FROM open_deliveries",
    "DELETE FROM tally_bits",
    "UPDATE tallies SET generation = generation + 1",
)
_REOPENED = "OLD.state IN ('failed', 'uncertain', 'skipped')"
_UNSENT = "OLD.state = 'sent'"
# Name, act, when it fires, what it does.
_TRIGGERS = (
    ("deliveries_reopened", "UPDATE OF state", _REOPENED, "open_delivery", (_OPEN,)),
    ("deliveries_unsent", "UPDATE OF state, settled_at", _UNSENT, "forget_tally", _FORGET),
    ("deliveries_removed", "DELETE", "OLD.state = 'failed'", "open_delivery", (_OPEN,)),
    ("deliveries_sent_removed", "DELETE", _UNSENT, "forget_tally", _FORGET),
)
# Each statement sees what was committed while the lock was waited for.
_POSTGRESQL_FUNCTION = """
    CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_advisory_xact_lock_shared({lock});
        {body};
        RETURN NULL;
    END $$
    """
_POSTGRESQL_TRIGGER = """
    CREATE TRIGGER {name} AFTER {act} ON deliveries FOR EACH ROW
    WHEN ({when}) EXECUTE FUNCTION {function}()
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
    statements = _on_sqlite() if is_sqlite else _on_postgresql()
    for statement in (*statements, _BEGIN):
        connection.exec_driver_sql(statement)


def drop_following(connection: Connection) -> None:
    """Remove them; the ledger stays."""
    is_sqlite = connection.dialect.name == "sqlite"
    for name, *_ in _TRIGGERS:
        table = "" if is_sqlite else " ON deliveries"
        connection.exec_driver_sql(f"DROP TRIGGER {name}{table}")
    if not is_sqlite:
        for function in _functions():
            connection.exec_driver_sql(f"DROP FUNCTION {function}()")


def _on_sqlite() -> Sequence[str]:
    return [
        _SQLITE_TRIGGER.format(name=name, act=act, when=when, body=";\n".join(body))
        for name, act, when, _, body in _TRIGGERS
    ]


def _on_postgresql() -> Sequence[str]:
    functions = [
        _POSTGRESQL_FUNCTION.format(name=name, lock=LOCK, body=";\n".join(body))
        for name, body in _functions().items()
    ]
    triggers = [
        _POSTGRESQL_TRIGGER.format(name=name, act=act, when=when, function=function)
        for name, act, when, function, _ in _TRIGGERS
    ]
    return [_POSTGRESQL_STORAGE, *functions, *triggers]


def _functions() -> dict[str, Sequence[str]]:
    return {function: body for *_, function, body in _TRIGGERS}
