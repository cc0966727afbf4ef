"""Full-text search in the dialect of each database.

SQLite keeps an FTS5 table beside `articles`, filled by triggers; PostgreSQL an expression index.
The migrations make both. Words are matched by their beginnings, so "house" finds "houses" in any
language. Which of the articles found may be shown is left to the store.
"""

import re

from sqlalchemy import Select, column, select, table, text

from newsletter.articles.models import Article

NAME = "articles_search"
MOST_WORDS = 32
# The weights of title, summary, body_text and author.
_SQLITE_RANK = "bm25(articles_search, 10.0, 5.0, 1.0, 3.0)"
# The query must repeat the index's expression to the letter. A tsvector holds at most 1 MiB:
# what stands after so many characters of a body is not searched.
_HEAD = """(
    setweight(to_tsvector('simple', title), 'A')
    || setweight(to_tsvector('simple', left(summary || ' ' || author, 10000)), 'B'))"""
_VECTOR = f"({_HEAD} || setweight(to_tsvector('simple', left(body_text, 150000)), 'D'))"


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
