"""Which stored article a record is."""

from contextlib import closing
from zoneinfo import ZoneInfo

from newsletter.articles.importers.base import BadRecord, Record
from newsletter.articles.ingestion.matching import Match, match
from newsletter.articles.ingestion.seen_records import SeenRecords
from newsletter.articles.store import StoredArticle

LONDON = ZoneInfo("Europe/London")
POLLED = Record(
    source="feed:neighbours.example/rss",
    source_key="tag:neighbours.example,2026:1",
    explicit_key=True,
    title="Homes",
    body_html="<p>Homes.</p>",
    published_at=None,
    where="item 1",
)
OF_A_FILE = StoredArticle(
    id=7,
    source="wordpress",
    source_key=POLLED.source_key,
    key_is_explicit=True,
    fingerprint="",
    content_hash="",
    title="Homes",
)


def matched(*, adopts: bool) -> Match | BadRecord:
    others = {OF_A_FILE.source_key: OF_A_FILE}
    with closing(SeenRecords()) as seen:
        return match(POLLED, {}, {}, seen, LONDON, others=others, adopts=adopts)


def test_an_article_of_another_source_is_not_taken_over_unasked() -> None:
    found = matched(adopts=False)
    assert isinstance(found, BadRecord)
    assert "--adopt" in found.hint


def test_an_adopting_feed_takes_the_article_over() -> None:
    found = matched(adopts=True)
    assert isinstance(found, Match)
    assert found.stored == OF_A_FILE
