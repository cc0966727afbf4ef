"""From records to stored articles: what is new is made, what changed is updated, no more.

Works in batches, each a transaction, so that any number of records needs little memory and a
database that fails takes back no more than a batch. What a source does not say (None or empty)
it does not change; what it says wins over an edit by hand, but only when the record has changed.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.orm import Session

from newsletter.articles import store
from newsletter.articles.identity import fingerprint_of, topic_slug
from newsletter.articles.importers.base import BadRecord, ImportContext, Record, one_line
from newsletter.articles.matching import Match, Seen, key_of_record, match
from newsletter.articles.measuring import declared
from newsletter.articles.models import Article, ArticleStatus, Topic
from newsletter.articles.naming import Names
from newsletter.articles.sanitising import sanitise, summary_of, text_of
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import Conflict, StorageError

BATCH_RECORDS = 500
BATCH_CHARACTERS = 16_000_000
LONGEST_SUMMARY = 2000

Progress = Callable[[int], None]


@dataclass(kw_only=True, slots=True)
class ImportReport:
    """What became of the records of an import."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    bad: list[BadRecord] = field(default_factory=list)

    def add(self, other: "ImportReport") -> None:
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.bad += other.bad

    def counts(self) -> dict[str, int]:
        """How many records came to what."""
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "failed": len(self.bad),
        }

    def __str__(self) -> str:
        return (
            f"{self.created} created, {self.updated} updated, {self.unchanged} unchanged, "
            f"{len(self.bad)} failed"
        )


class ImportStopped(StorageError):
    """The database failed; what the report counts was stored before."""

    def __init__(self, report: ImportReport, cause: StorageError | DBAPIError) -> None:
        reason = str(cause.orig).strip() if isinstance(cause, DBAPIError) else str(cause)
        super().__init__(
            f"the import stopped: {reason.partition(chr(10))[0]}. Stored before: {report}. "
            "Import again when it is mended: what is stored already is recognised"
        )
        self.report = report


def import_records(
    database: Database,
    records: Iterable[Record | BadRecord],
    context: ImportContext,
    clock: Clock,
    progress: Progress | None = None,
    *,
    rehearse: bool = False,
) -> ImportReport:
    """Store records and report on each.

    Args:
        progress: told how many more records are done.
        rehearse: report all the same, but store nothing.

    Raises:
        ImportStopped: the database failed; it holds the report so far.
    """
    run = _Run(database, context, clock, rehearse)
    for batch in _batches(records):
        try:
            run.store(batch)
        except (StorageError, DBAPIError) as error:
            raise ImportStopped(run.report, error) from error
        if progress:
            progress(len(batch))
    return run.report


def _batches(items: Iterable[Record | BadRecord]) -> Iterator[list[Record | BadRecord]]:
    batch: list[Record | BadRecord] = []
    characters = 0
    for item in items:
        batch.append(item)
        characters += len(item.body_html) if isinstance(item, Record) else 0
        if len(batch) >= BATCH_RECORDS or characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


class _Run:
    """One import: where to store, and what is known of it so far."""

    def __init__(
        self, database: Database, context: ImportContext, clock: Clock, rehearse: bool
    ) -> None:
        self.report = ImportReport()
        self._database, self._context, self._clock = database, context, clock
        self._rehearse = rehearse
        self._seen = Seen()

    def store(self, batch: list[Record | BadRecord]) -> None:
        """Store a batch; where it meets another writer, each record by itself."""
        self.report.bad += [item for item in batch if isinstance(item, BadRecord)]
        records = [item for item in batch if isinstance(item, Record)]
        try:
            self._attempt(records)
        except (Conflict, DataError):
            for record in records:
                self._alone(record)

    def _alone(self, record: Record) -> None:
        try:
            self._attempt([record])
        except Conflict as error:
            self.report.bad.append(
                BadRecord(where=record.where, what=str(error), mend="import it again")
            )
        except DataError as error:
            what = f"the database does not take it: {one_line(str(error.orig))}"
            self.report.bad.append(BadRecord(where=record.where, what=what, mend="shorten it"))

    def _attempt(self, records: list[Record]) -> None:
        seen = self._seen.copy()
        transaction = self._database.read() if self._rehearse else self._database.write()
        with transaction as session:
            batch = _Batch(session, self._context, self._clock.now())
            batch.store(records, seen)
        self._seen = seen
        self.report.add(batch.report)


class _Batch:
    """One transaction of an import."""

    def __init__(self, session: Session, context: ImportContext, now: datetime) -> None:
        self.report = ImportReport()
        self._session, self._context, self._now = session, context, now

    def store(self, records: list[Record], seen: Seen) -> None:
        # Before anything is looked up: what another import stores meanwhile must be seen.
        changed_at = store.begin_change(self._session, self._now)
        changed = self._changed(records, seen)
        if not changed:
            return
        stored = store.by_ids(self._session, [m.stored.id for m in changed if m.stored])
        new = [found.record for found in changed if not found.stored]
        names = Names(self._session, self._context, self._now, new)
        topics = self._topics(changed)
        with self._session.no_autoflush:
            for found in changed:
                article = stored[found.stored.id] if found.stored else None
                self._write(found, article, names, topics, changed_at)

    def _topics(self, changed: list[Match]) -> dict[str, Topic]:
        """Every topic that the records name, by slug."""
        told = [name for found in changed for name in found.record.topics or ()]
        topics = {topic.slug: topic for topic in store.filed_under(self._session, told)}
        self._session.flush()
        return topics

    def _changed(self, records: list[Record], seen: Seen) -> list[Match]:
        """What has to be written; the rest is counted."""
        zone = self._context.zone
        by_key = store.stored_under(self._session, [key_of_record(r) for r in records])
        prints = {fingerprint_of(r.published_at, r.title, zone) for r in records}
        by_fingerprint = store.stored_by_fingerprint(self._session, prints)
        changed: list[Match] = []
        for record in records:
            found = match(record, by_key, by_fingerprint, seen, zone)
            if isinstance(found, BadRecord):
                self.report.bad.append(found)
            elif _is_unchanged(found):
                self.report.unchanged += 1
            else:
                changed.append(found)
        return changed

    def _write(
        self,
        found: Match,
        article: Article | None,
        names: Names,
        topics: dict[str, Topic],
        changed_at: datetime,
    ) -> None:
        record = found.record
        body = sanitise(record.body_html, record.canonical_url or self._context.base_url + "/")
        if not body:
            self.report.bad.append(_nothing_left(record))
            return
        if article is None:
            article = self._new(record, names)
            self.report.created += 1
        elif article.content_hash == content_hash(record):
            _name_source(article, found)
            self.report.unchanged += 1
            return
        else:
            _mark_updated(article, record, self._now)
            self.report.updated += 1
        left = list(article.topics)
        _fill(article, found, body)
        if record.topics is not None:
            slugs = sorted({topic_slug(name) for name in record.topics})
            article.topics = [topics[slug] for slug in slugs]
        store.note_change(article, changed_at, left)

    def _new(self, record: Record, names: Names) -> Article:
        published_at = record.published_at or self._now
        uid = names.uid(record)
        article = Article(
            uid=uid,
            slug=names.slug(record.title, uid),
            published_at=published_at,
            updated_at=max(record.updated_at or published_at, published_at),
            stored_at=self._now,
            status=ArticleStatus.PUBLISHED,
            summary="",
            body_text="",
        )
        self._session.add(article)
        return article


def _mark_updated(article: Article, record: Record, now: datetime) -> None:
    """The source's own time of change, where it has moved on; else now."""
    told = record.updated_at
    moved = told if told is not None and told > article.updated_at else now
    article.updated_at = max(moved, record.published_at or article.published_at)


def _is_unchanged(found: Match) -> bool:
    stored = found.stored
    return (
        stored is not None
        and (stored.source, stored.source_key) == key_of_record(found.record)
        and stored.content_hash == content_hash(found.record)
    )


def _fill(article: Article, found: Match, body: str) -> None:
    """Put what the record says into the article; its names and times are settled elsewhere."""
    record = found.record
    was_derived = article.summary == summary_of(article.body_text)
    _name_source(article, found)
    article.content_hash = content_hash(record)
    article.title = record.title
    article.body_html = body
    article.body_text = text_of(body)
    article.published_at = record.published_at or article.published_at
    if record.summary or was_derived:
        article.summary = summary_of(record.summary, LONGEST_SUMMARY) or summary_of(
            article.body_text
        )
    article.author = record.author or article.author or ""
    article.image_url = record.image_url or article.image_url or ""
    article.media = declared(record.attachments) or article.media or []
    article.is_measured = False
    article.canonical_url = record.canonical_url or article.canonical_url or ""
    article.status = record.status or article.status


def _name_source(article: Article, found: Match) -> None:
    """Where the article is found at the next import: its file may have been renamed."""
    article.source, article.source_key = found.record.source, found.record.source_key
    article.key_is_explicit = found.record.explicit_key
    article.fingerprint = found.fingerprint


def _nothing_left(record: Record) -> BadRecord:
    return BadRecord(
        where=record.where,
        what="nothing is left of the text when what is unsafe is taken out of it",
        mend="write its text outside of scripts, frames and forms",
    )


def content_hash(record: Record) -> str:
    """Of everything that a record can change in an article."""
    told = (
        record.title,
        record.body_html,
        record.summary,
        record.author,
        record.topics,
        record.image_url,
        record.canonical_url,
        record.published_at.isoformat() if record.published_at else None,
        record.status,
    )
    return sha256(json.dumps(told).encode()).hexdigest()
