"""Full-text search: FTS5 on SQLite, tsvector on PostgreSQL.

The migration creates the FTS5 table with its triggers, and the expression index. Words match by
prefix, so "house" finds "houses", without case and accents, ß as ss. Scripts without spaces between
words (Chinese, Japanese, Thai …), and Korean, which compounds them, use a substring match. Which
articles are visible is left to the store.
"""

import re
from unicodedata import normalize

from sqlalchemy import ColumnElement, Select, column, or_, select, table, text

from newsletter.articles.models import Article

NAME = "articles_search"
MAX_WORDS = 32
# Thai, Lao, Myanmar, Khmer; Hangul; kana, bopomofo, Han: words are found within longer ones.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"
    "\u3040-\u312f\u31f0-\u31ff\uff66-\uff9d\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
# Weights of title, summary, body_text and author.
_SQLITE_RANK = "bm25(articles_search, 10.0, 5.0, 1.0, 3.0)"


def _folded(expression: str) -> str:
    """The text without case, accents (NFKD, combining marks removed) and ß."""
    plain = f"normalize(replace(lower({expression}), 'ß', 'ss'), NFKD)"
    return f"regexp_replace({plain}, '[\u0300-\u036f]', '', 'g')"


# The query must repeat the index expression exactly. A tsvector holds at most 1 MiB: the body is
# indexed up to this length.
_HEAD = f"""(
    setweight(to_tsvector('simple', {_folded("title")}), 'A')
    || setweight(to_tsvector('simple', {_folded("left(summary || ' ' || author, 10000)")}), 'B'))"""
_BODY = _folded("left(body_text, 150000)")
_VECTOR = f"({_HEAD} || setweight(to_tsvector('simple', {_BODY}), 'D'))"


def matching(query: str, dialect: str) -> Select[Article] | None:
    """Articles that contain every word, best match first; None for a query without words."""
    words = words_of(query)
    if not words:
        return None
    spaced = [word for word in words if not _UNSPACED.search(word)]
    statement = _indexed(spaced, dialect) if spaced else select(Article)
    for word in words:
        if word not in spaced:
            statement = statement.where(_anywhere(word))
    return statement.order_by(Article.published_at.desc())


def _indexed(words: list[str], dialect: str) -> Select[Article]:
    """Articles with words of these prefixes, best match first."""
    if dialect == "sqlite":
        matches = table(NAME, column("rowid"))
        return (
            select(Article)
            .join(matches, matches.c.rowid == Article.id)
            .where(text("articles_search MATCH :words").bindparams(words=_fts5(words)))
            .order_by(text(_SQLITE_RANK))
        )
    parameters = {"words": _tsquery(words)}
    condition = text(f"{_VECTOR} @@ to_tsquery('simple', :words)").bindparams(**parameters)
    # Rank without the body: parsing each body again would be slow.
    rank = text(f"ts_rank({_HEAD}, to_tsquery('simple', :words)) DESC").bindparams(**parameters)
    return select(Article).where(condition).order_by(rank)


def _anywhere(word: str) -> ColumnElement[bool]:
    texts = (Article.title, Article.summary, Article.body_text, Article.author)
    return or_(*(one.icontains(word, autoescape=True) for one in texts))


def words_of(query: str) -> list[str]:
    """The space-separated parts with a letter or digit, each once; nothing in them is an operator.

    Parts in scripts without spaces are separated by punctuation, such as 「」, too.
    """
    parts = re.sub("[\x00\ud800-\udfff]", "", query).split()
    words = [one for part in parts for one in _at_punctuation(part)]
    return list(dict.fromkeys(word for word in words if re.search(r"[^\W_]", word)))[:MAX_WORDS]


def _at_punctuation(part: str) -> list[str]:
    # Combining marks, such as Thai vowels, are part of the word.
    return re.split(r"[^\w\u0e31-\u0e4e]+", part) if _UNSPACED.search(part) else [part]


def _fts5(words: list[str]) -> str:
    """Each word as a quoted FTS5 string; ß and ss match each other."""

    def either(word: str) -> str:
        low = word.lower()
        forms = dict.fromkeys((word, low.replace("ß", "ss"), low.replace("ss", "ß")))
        quoted = (form.replace('"', '""') for form in forms)
        return "(" + " OR ".join(f'"{form}"*' for form in quoted) + ")"

    return " AND ".join(either(word) for word in words)


def _tsquery(words: list[str]) -> str:
    plain = (_without_accents(word).replace("\\", "\\\\").replace("'", "''") for word in words)
    return " & ".join(f"'{word}':*" for word in plain)


def _without_accents(word: str) -> str:
    """Python's counterpart of `_folded`."""
    decomposed = normalize("NFKD", word.lower().replace("ß", "ss"))
    return re.sub("[\u0300-\u036f]", "", decomposed)
