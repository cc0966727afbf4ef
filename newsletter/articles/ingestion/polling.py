"""Polling of configured feeds: conditional requests, errors stored and reported.

Never raises: an error is in the report and in the feed's row, and the next feed is polled.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from newsletter.articles import store
from newsletter.articles.importers.base import BadRecord, ImportContext, Record, failure
from newsletter.articles.importers.formats import feed
from newsletter.articles.ingestion import ownership
from newsletter.articles.ingestion.ownership import PolledFeed
from newsletter.articles.ingestion.parsing_process import read_in_process
from newsletter.articles.ingestion.record_import import ImportStopped, import_records
from newsletter.articles.ingestion.reports import ImportReport
from newsletter.articles.models import FeedSource
from newsletter.clock import Clock
from newsletter.config.options import SourceOptions
from newsletter.database import Database
from newsletter.errors import NewsletterError, ResourceNotFound
from newsletter.http_client.fetching import Fetched, fetch
from newsletter.http_client.url_credentials import without_credentials
from newsletter.logging import EventLogger

log = EventLogger(__name__)

MAX_ERROR_LENGTH = 500


class Fetch(Protocol):
    """The interface of `newsletter.http_client.fetching.fetch`."""

    def __call__(
        self, url: str, *, etag: str, last_modified: str, allow_private: bool
    ) -> Fetched: ...


def is_due(source: FeedSource | None, every: timedelta, now: datetime) -> bool:
    """Whether a feed was never polled, or its interval has passed."""
    return source is None or source.polled_at is None or now - source.polled_at >= every


def source_of(sources: Mapping[str, SourceOptions], name: str) -> SourceOptions:
    """Raises ResourceNotFound where no feed of this name is configured."""
    if name not in sources:
        configured = ", ".join(sources) or "none"
        raise ResourceNotFound(f"there is no source {name!r} in [sources]; known: {configured}")
    return sources[name]


def due_sources(
    database: Database, sources: Mapping[str, SourceOptions], now: datetime
) -> list[str]:
    """The names of the feeds that are due."""
    with database.read() as session:
        stored_sources = {
            name: store.known_source(session, each.url) for name, each in sources.items()
        }
    return [
        name for name, source in sources.items() if is_due(stored_sources[name], source.every, now)
    ]


def poll_source(
    database: Database,
    source: SourceOptions,
    context: ImportContext,
    clock: Clock,
    fetch: Fetch = fetch,
    *,
    among: Iterable[SourceOptions] = (),
    adopts: bool = False,
) -> ImportReport:
    """Poll a feed and store its new articles.

    Args:
        among: all configured feeds; each owns its articles.
        adopts: take ownership of articles with its ids that no configured feed owns.
    """
    names = {ownership.source_of(other.url) for other in among}
    own = ownership.source_of(source.url)
    polled = PolledFeed(source=own, others=frozenset(names - {own}), adopts=adopts)
    try:
        return _polled(database, source, context, clock, fetch, polled)
    except ImportStopped as error:
        error.report.bad.append(_failed(source.url, error))
        return error.report
    except NewsletterError as error:
        report = ImportReport(bad=[_failed(source.url, error)])
    except Exception as error:
        log.exception("feed not polled", url=source.url)
        report = ImportReport(bad=[failure(error, without_credentials(source.url))])
    try:
        _record_poll(database, source.url, clock.now(), error=report.bad[0].what)
    except NewsletterError as error:
        report.bad.append(_failed(source.url, error))
    return report


def _polled(
    database: Database,
    source: SourceOptions,
    context: ImportContext,
    clock: Clock,
    fetch: Fetch,
    polled: PolledFeed,
) -> ImportReport:
    with database.read() as session:
        stored_source = store.known_source(session, source.url)
    answer = fetch(
        source.url,
        etag=stored_source.etag if stored_source and not polled.adopts else "",
        last_modified=stored_source.last_modified if stored_source and not polled.adopts else "",
        allow_private=source.allow_private,
    )
    if not answer.changed:
        _record_poll(database, source.url, clock.now(), unchanged=True)
        return ImportReport()
    items = read_in_process(feed.read, answer.content, answer.url, context)
    records = (_with_topics(item, polled.source, source.topics) for item in items)
    report = import_records(database, records, context, clock, polled=polled)
    error = str(report.bad[0]) if report.bad else ""
    is_whole = not any(bad.is_cut for bad in report.bad)
    _record_poll(
        database, source.url, clock.now(), error=error, answer=answer if is_whole else None
    )
    return report


def _with_topics(
    item: Record | BadRecord, source: str, topics: tuple[str, ...]
) -> Record | BadRecord:
    if isinstance(item, BadRecord):
        return item
    filed = (*topics, *(item.topics or ())) if topics else item.topics
    return replace(item, source=source, topics=filed)


def _record_poll(
    database: Database,
    url: str,
    now: datetime,
    *,
    error: str = "",
    unchanged: bool = False,
    answer: Fetched | None = None,
) -> None:
    """Record the poll; only a response that was read updates the validators."""
    with database.write() as session:
        row = store.feed_source(session, url)
        row.polled_at = now
        row.last_error = error[:MAX_ERROR_LENGTH]
        if answer is not None:
            row.etag, row.last_modified = answer.etag, answer.last_modified
        elif not unchanged:
            row.etag = row.last_modified = ""


def _failed(url: str, error: NewsletterError) -> BadRecord:
    where = without_credentials(url)
    what = str(error).removeprefix(f"{where}: ")
    return BadRecord(where=where, what=what, hint="it is asked again at the next poll")
