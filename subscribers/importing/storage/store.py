"""Bulk queries. Never commits.

A list is one JSON parameter: a statement with a parameter for each value would take longer to write
and plan than to run.
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    Enum,
    FromClause,
    Select,
    Text,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from newsletter.database import Base, take_turn
from subscribers.importing.storage.planning import ImportedData
from subscribers.membership import Preferences
from subscribers.models import (
    ConsentEvent,
    Subscriber,
    SubscriberStatus,
    Suppression,
    TopicChoice,
)
from subscribers.topics import choice_of

Rows = Select[*tuple[Any, ...]]


def begin(session: Session) -> None:
    """Lock out other imports until the transaction ends.

    Two with the same people in different order would deadlock.
    """
    take_turn(session, "import of people")
    if not _is_sqlite(session):
        # Statistics are stale during the import, and the planner would scan the whole table for
        # each batch.
        session.execute(text("SET LOCAL enable_seqscan = off"))


def known(
    session: Session, hashes: Collection[str]
) -> dict[str, tuple[int, SubscriberStatus, str]]:
    """Id, status and source of subscribers by address hash, without the erased."""
    columns = (Subscriber.address_hash, Subscriber.id, Subscriber.status, Subscriber.source)
    query = select(*columns).where(Subscriber.status != SubscriberStatus.ERASED)
    rows = session.execute(having(session, query, Subscriber.address_hash, hashes))
    people: dict[str, tuple[int, SubscriberStatus, str]] = {}
    for address_hash, number, status, source in rows:
        if address_hash not in people or number < people[address_hash][0]:
            people[address_hash] = (number, status, source)
    return people


def suppressions(session: Session, hashes: Collection[str]) -> dict[str, str]:
    """The reasons of suppressed hashes."""
    query = select(Suppression.address_hash, Suppression.reason)
    rows = session.execute(having(session, query, Suppression.address_hash, hashes))
    return dict(rows.all())


def held(session: Session, numbers: Collection[int], imported: str) -> dict[int, ImportedData]:
    """Data of those of these subscribers who are known from imports only.

    Args:
        imported: the prefix of an import's source.
    """
    acted = (
        select(ConsentEvent.id)
        .where(ConsentEvent.subscriber_id == Subscriber.id)
        .where(~ConsentEvent.source.startswith(imported, autoescape=True))
    )
    untouched = or_(Subscriber.active_at.is_(None), Subscriber.active_at == Subscriber.confirmed_at)
    query = (
        select(
            Subscriber.id,
            Subscriber.name,
            Subscriber.frequency,
            Subscriber.language,
            Subscriber.attributes,
            TopicChoice.key,
        )
        .join(TopicChoice, TopicChoice.id == Subscriber.choice_id)
        .where(untouched, ~acted.exists())
    )
    rows = session.execute(having(session, query, Subscriber.id, numbers))
    return {
        number: ImportedData(
            name=name,
            preferences=Preferences(
                name="", choice=choice_of(key), frequency=frequency, language=language
            ),
            attributes=attributes,
        )
        for number, name, frequency, language, attributes, key in rows
    }


def drop_suppressions(session: Session, hashes: Collection[str]) -> None:
    """Remove these suppressions, if present."""
    listed = having(session, select(Suppression.address_hash), Suppression.address_hash, hashes)
    session.execute(
        delete(Suppression).where(Suppression.address_hash.in_(listed)),
        execution_options={"synchronize_session": False},
    )


def choices(session: Session, keys: Collection[str]) -> dict[str, int]:
    """Ids of existing choices, by key."""
    query = select(TopicChoice.key, TopicChoice.id)
    rows = session.execute(having(session, query, TopicChoice.key, keys))
    return dict(rows.all())


def numbers(session: Session, count: int) -> Sequence[int]:
    """Ids for new subscribers, ascending.

    On SQLite the transaction holds the write lock, so they are not taken by others.
    """
    if _is_sqlite(session):
        first = (session.scalar(select(func.max(Subscriber.id))) or 0) + 1
        return range(first, first + count)
    sequence = func.pg_get_serial_sequence("subscribers", "id")
    query = select(func.nextval(sequence)).select_from(func.generate_series(1, count))
    return sorted(session.scalars(query))


def add(
    session: Session, model: type[Base], names: Sequence[str], rows: Iterable[tuple[object, ...]]
) -> None:
    """Bulk insert: executemany on SQLite, COPY on PostgreSQL.

    Raises:
        IntegrityError: a concurrent insert of the same row.
    """
    connection, table = session.connection(), model.__table__
    quoted = ", ".join(f'"{name}"' for name in names)
    bound = _bound(connection, table, names, rows)
    if not bound:
        return
    if _is_sqlite(session):
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO {model.__tablename__} ({quoted}) VALUES ({marks})"  # noqa: S608 - of the model
        connection.exec_driver_sql(statement, [*bound])
    else:
        _copy(connection, f"COPY {model.__tablename__} ({quoted}) FROM STDIN", bound)


def _copy(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    driver: Any = connection.connection.driver_connection
    dbapi: Any = connection.dialect.dbapi
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except dbapi.Error as error:
        raise DBAPIError.instance(
            statement, None, error, dbapi.Error, dialect=connection.dialect
        ) from error


def _bound(
    connection: Connection,
    table: FromClause,
    names: Sequence[str],
    rows: Iterable[tuple[object, ...]],
) -> Sequence[tuple[Any, ...]]:
    """The rows as driver values; converted by column, which is much faster."""
    columns: list[Iterable[Any]] = [*zip(*rows, strict=True)]
    ways = (_converter(connection, table, name) for name in names)
    changed = [map(way, each) if way else each for way, each in zip(ways, columns, strict=False)]
    return [*zip(*changed, strict=True)]


def _converter(connection: Connection, table: FromClause, name: str) -> Callable[[Any], Any] | None:
    kind = table.c[name].type.dialect_impl(connection.dialect)
    convert = kind.bind_processor(connection.dialect)
    if isinstance(kind, Enum):
        # A StrEnum's str is its value.
        return str
    if convert is None:
        return None
    if isinstance(kind, JSON):
        empty = convert({})
        return lambda value: convert(value) if value else empty
    # Timestamps repeat.
    return lru_cache(maxsize=256)(convert)


def having(
    session: Session, query: Rows, column: Any, values: Collection[str] | Collection[int]
) -> Rows:
    """The rows whose column has one of these values, by index lookup."""
    listed = json.dumps(list(values))
    if _is_sqlite(session):
        return query.where(column.in_(select(func.json_each(listed).table_valued("value").c.value)))
    elements = func.json_array_elements_text(cast(literal(listed, Text), JSON))
    items = elements.table_valued("value", name="wanted").render_derived()
    # OFFSET 0 prevents PostgreSQL from flattening this into a join, misestimated at a hundred rows.
    each = (
        query.where(column == cast(items.c.value, column.type))
        .correlate(items)
        .offset(0)
        .lateral("each")
    )
    return select(*each.c).select_from(items).join(each, true())


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
