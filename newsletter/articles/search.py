"""Full-text search in the dialect of each database.

SQLite keeps an FTS5 table beside `articles`, filled by triggers; PostgreSQL an expression index.
Words are matched by their beginnings, so "house" finds "houses" in any language. Which of the
articles found may be shown is left to the store.
"""

import re
from collections.abc import Sequence

from sqlalchemy import Connection, Select, column, select, table, text

from newsletter.articles.models import Article

# Everything made here is named so; Alembic's comparison must leave these names alone.
NAME = "articles_search"
MOST_WORDS = 32
_SQLITE_CREATE = (
    """
    CREATE VIRTUAL TABLE articles_search USING fts5(
        title, summary, body_text, author,
        content='articles', content_rowid='id', tokenize='unicode61 remove_diacritics 2')
    """,
    """
    CREATE TRIGGER articles_search_insert AFTER INSERT ON articles BEGIN
        INSERT INTO articles_search(rowid, title, summary, body_text, author)
        VALUES (new.id, new.title, new.summary, new.body_text, new.author);
    END
    """,
    """
    CREATE TRIGGER articles_search_delete AFTER DELETE ON articles BEGIN
        INSERT INTO articles_search(articles_search, rowid, title, summary, body_text, author)
        VALUES ('delete', old.id, old.title, old.summary, old.body_text, old.author);
    END
    """,
    """
    CREATE TRIGGER articles_search_update
    AFTER UPDATE OF title, summary, body_text, author ON articles BEGIN
        INSERT INTO articles_search(articles_search, rowid, title, summary, body_text, author)
        VALUES ('delete', old.id, old.title, old.summary, old.body_text, old.author);
        INSERT INTO articles_search(rowid, title, summary, body_text, author)
        VALUES (new.id, new.title, new.summary, new.body_text, new.author);
    END
    """,
    "INSERT INTO articles_search(articles_search) VALUES ('rebuild')",
)
_SQLITE_DROP = (
    "DROP TRIGGER IF EXISTS articles_search_insert",
    "DROP TRIGGER IF EXISTS articles_search_delete",
    "DROP TRIGGER IF EXISTS articles_search_update",
    "DROP TABLE IF EXISTS articles_search",
)
# The weights of title, summary, body_text and author.
_SQLITE_RANK = "bm25(articles_search, 10.0, 5.0, 1.0, 3.0)"
# The query must repeat the index's expression to the letter. A tsvector holds at most 1 MiB:
# what stands after so many characters of a body is not searched.
_HEAD = """(
    setweight(to_tsvector('simple', title), 'A')
    || setweight(to_tsvector('simple', left(summary || ' ' || author, 10000)), 'B'))"""
_VECTOR = f"({_HEAD} || setweight(to_tsvector('simple', left(body_text, 150000)), 'D'))"
_POSTGRESQL_CREATE = (f"CREATE INDEX articles_search ON articles USING gin ({_VECTOR})",)
_POSTGRESQL_DROP = ("DROP INDEX IF EXISTS articles_search",)


def create_search(connection: Connection) -> None:
    """Make what the search needs, and take in the articles that are there already."""
    sqlite = connection.dialect.name == "sqlite"
    _execute(connection, _SQLITE_CREATE if sqlite else _POSTGRESQL_CREATE)


def drop_search(connection: Connection) -> None:
    """Remove it; the articles stay."""
    sqlite = connection.dialect.name == "sqlite"
    _execute(connection, _SQLITE_DROP if sqlite else _POSTGRESQL_DROP)


def is_search_object(name: str | None) -> bool:
    """Whether a table or an index is of the search and not of the models."""
    return bool(name) and str(name).startswith(NAME)


def _execute(connection: Connection, statements: Sequence[str]) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)


def matching(query: str, dialect: str) -> Select[Article] | None:
    """The articles that hold every word, the best first; None where the query has no words."""
    words = words_of(query)
    if not words:
        return None
    if dialect == "sqlite":
        found = table(NAME, column("rowid"))
        return (
            select(Article)
            .join(found, found.c.rowid == Article.id)
            .where(text("articles_search MATCH :words").bindparams(words=_fts5(words)))
            .order_by(text(_SQLITE_RANK), Article.published_at.desc())
        )
    wanted = {"words": _tsquery(words)}
    condition = text(f"{_VECTOR} @@ to_tsquery('simple', :words)").bindparams(**wanted)
    # By title, summary and author: to weigh the bodies, each would be taken apart anew.
    rank = text(f"ts_rank({_HEAD}, to_tsquery('simple', :words)) DESC").bindparams(**wanted)
    return select(Article).where(condition).order_by(rank, Article.published_at.desc())


def words_of(query: str) -> list[str]:
    """The parts between spaces that have a letter or digit; all else in them is not an operator."""
    parts = re.sub("[\x00\ud800-\udfff]", "", query).split()
    return [part for part in parts if re.search(r"[^\W_]", part)][:MOST_WORDS]


def _fts5(words: list[str]) -> str:
    """Every part a quoted string, which FTS5 takes apart itself."""
    return " ".join('"' + word.replace('"', '""') + '"*' for word in words)


def _tsquery(words: list[str]) -> str:
    quoted = (word.replace("\\", "\\\\").replace("'", "''") for word in words)
    return " & ".join(f"'{word}':*" for word in quoted)
