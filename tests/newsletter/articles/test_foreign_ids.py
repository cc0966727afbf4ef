"""No feed changes what another source made, by id, link, title or date, whatever its format."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from email.utils import format_datetime
from functools import cache
from html import escape
from operator import attrgetter
from typing import Any

from expectations import CONTEXT, inputs, read
from imported import everything

from newsletter.articles.importers.base import Record
from newsletter.articles.importers.format_detection import ALL_FORMATS
from newsletter.articles.ingestion.ownership import source_of
from newsletter.articles.ingestion.polling import poll_source
from newsletter.articles.ingestion.record_import import import_records
from newsletter.articles.models import Article
from newsletter.articles.writing.content import ArticleContent
from newsletter.articles.writing.saving import new_article
from newsletter.clock import FixedClock
from newsletter.config.options import SourceOptions
from newsletter.database import Database
from newsletter.http_client.fetching import Fetched

ONE, OTHER = (SourceOptions(url=f"https://{name}.example/rss") for name in ("one", "other"))


@cache
def samples() -> Sequence[Record]:
    """A record of every source, with an id of its own and without, from files of every format."""
    read_ones = [item for path in inputs() for item in read(path) if isinstance(item, Record)]
    found = {(record.source, record.explicit_key): record for record in read_ones}
    for source in (source for form in ALL_FORMATS for source in form.sources):
        named = replace(read_ones[0], source=source, source_key=f"{source}:7", explicit_key=True)
        found.setdefault((source, True), named)
    return list(found.values())


def entry(like: Record | Article, key: str) -> str:
    """An entry of a feed with this id, and the link, title and date of an article."""
    day = like.published_at
    return (
        f'<item><guid isPermaLink="false">{escape(key)}</guid>'
        f"<link>{escape(like.canonical_url)}</link><title>{escape(like.title)}</title>"
        f"{f'<pubDate>{format_datetime(day)}</pubDate>' if day else ''}"
        "<description>Lies.</description></item>"
    )


def poll(
    database: Database, clock: FixedClock, source: SourceOptions, entries: Iterable[str]
) -> None:
    content = f'<rss version="2.0"><channel><title>t</title>{"".join(entries)}</channel></rss>'

    def fetch(url: str, **_conditions: Any) -> Fetched:
        return Fetched(url=url, changed=True, content=content.encode())

    poll_source(database, source, CONTEXT, clock, fetch, among=(ONE, OTHER))


def repeated(database: Database) -> list[str]:
    """Entries that repeat every article there is, by its id and by the id of our own feeds."""
    return [
        entry(article, key)
        for article in everything(database)
        for key in (article.source_key, article.uid)
    ]


def states(database: Database) -> list[tuple[object, ...]]:
    """Each article as it is shown, and found again."""
    shown = attrgetter(
        *("uid", "slug", "source", "source_key", "title", "body_html", "author", "status"),
        *("published_at", "updated_at", "canonical_url"),
    )
    return [(*shown(a), sorted(topic.slug for topic in a.topics)) for a in everything(database)]


def test_no_feed_changes_an_article_of_a_file_a_person_or_another_feed(
    database: Database, clock: FixedClock
) -> None:
    import_records(database, samples(), CONTEXT, clock)
    with database.write() as session:
        written = ArticleContent(title="Wall mended", body_html="<p>It holds.</p>")
        new_article(session, written, "staff:1", CONTEXT, clock.now())
    for source in (ONE, OTHER):
        before = states(database)
        poll(database, clock, source, repeated(database))
        assert states(database)[: len(before)] == before
        assert states(database)[-1][2] == source_of(source.url)


def test_no_file_changes_an_article_of_a_feed(database: Database, clock: FixedClock) -> None:
    poll(database, clock, ONE, [entry(record, record.source_key) for record in samples()])
    before = states(database)
    of_files = [replace(record, body_html="<p>Other words.</p>") for record in samples()]
    import_records(database, of_files, CONTEXT, clock)
    assert states(database)[: len(before)] == before
    assert len(before) > 5
