"""Import of records: creates new articles and updates changed ones.

Runs in batches, one transaction each: bounded memory, and a database error rolls back one batch.
Missing values (None or empty) change nothing; others override a manual edit, but only if the record
has changed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, nullcontext
from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.orm import Session

from newsletter.articles import store
from newsletter.articles.body.empty_elements import without_empty_elements
from newsletter.articles.body.media_sizes import declared
from newsletter.articles.body.sanitising import derived_summary, sanitise, summary_of, text_of
from newsletter.articles.body.urls import relative_to_site
from newsletter.articles.expiry import settled_record, was_withdrawn_by_expiry
from newsletter.articles.identity import fingerprint_of, topic_slug
from newsletter.articles.importers.base import (
    BadRecord,
    ImportContext,
    Record,
    failure,
    one_line,
    stand_in_body,
)
from newsletter.articles.importers.validation import validated
from newsletter.articles.ingestion import ownership
from newsletter.articles.ingestion.matching import Match, key_of_record, keys_of_record, match
from newsletter.articles.ingestion.ownership import PolledFeed
from newsletter.articles.ingestion.record_hash import content_hash
from newsletter.articles.ingestion.reports import ImportReport, RecordOutcome
from newsletter.articles.ingestion.seen_records import SeenRecords
from newsletter.articles.ingestion.unique_names import NameAllocator
from newsletter.articles.models import Article, ArticleStatus, Topic
from newsletter.articles.scheduling import is_public, status_at
from newsletter.articles.store import StoredArticle
from newsletter.articles.writing.history import recorded
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import Conflict, StorageError

BATCH_RECORDS = 500
BATCH_CHARACTERS = 16_000_000
MAX_SUMMARY_LENGTH = 2000
# Each has a page and feeds of its own. Imports make no more; the most used of a batch come first.
MAX_SITE_TOPICS = 1000
TOO_MANY_TOPICS = f"topics left out: an import makes no more when there are {MAX_SITE_TOPICS}"


_PUBLIC = (None, ArticleStatus.PUBLISHED, ArticleStatus.SCHEDULED)

Progress = Callable[[int], None]


class ImportStopped(StorageError):
    """A database error; the report counts what was stored before."""

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
    dry_run: bool = False,
    polled: PolledFeed | None = None,
    observe: Callable[[RecordOutcome], None] | None = None,
) -> ImportReport:
    """Store records and report on each.

    Args:
        polled: the polled feed of the records, if any.
        progress: called with the number of processed records.
        dry_run: report without storing anything.
        observe: called with each record's outcome once it is stored.

    Raises:
        ImportStopped: the database failed; has the report so far.
    """
    with closing(SeenRecords()) as seen:
        run = _ImportRun(database, context, clock, dry_run, polled, observe, seen)
        for batch in _batches(map(validated, records)):
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
        # A dry run stores none; a batch of them is too large to keep.
        batch.append(replace(item, pictures=()) if isinstance(item, Record) else item)
        characters += len(item.body_html) if isinstance(item, Record) else 0
        if len(batch) >= BATCH_RECORDS or characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


class _ImportRun:
    """State of one import."""

    def __init__(
        self,
        database: Database,
        context: ImportContext,
        clock: Clock,
        dry_run: bool,
        polled: PolledFeed | None,
        observe: Callable[[RecordOutcome], None] | None,
        seen: SeenRecords,
    ) -> None:
        self.report = ImportReport()
        self._database, self._context, self._clock = database, context, clock
        self._dry_run, self._polled, self._observe = dry_run, polled, observe
        self._seen = seen

    def store(self, batch: list[Record | BadRecord]) -> None:
        """Store a batch; on a conflict with another writer, record by record."""
        for item in batch:
            if isinstance(item, BadRecord):
                self._fail(item)
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
            self._fail(BadRecord(where=record.where, what=str(error), hint="import it again"))
        except DataError as error:
            what = f"the database does not take it: {one_line(str(error.orig))}"
            self._fail(BadRecord(where=record.where, what=what, hint="shorten it"))

    def _fail(self, bad: BadRecord) -> None:
        self.report.bad.append(bad)
        if self._observe:
            self._observe(RecordOutcome(item=bad, became="failed"))

    def _attempt(self, records: list[Record]) -> None:
        transaction = self._database.read() if self._dry_run else self._database.write()
        with self._seen.transaction(), transaction as session:
            batch = _Batch(session, self._context, self._clock.now(), self._polled)
            batch.store(records, self._seen)
        self.report.add(batch.report)
        if self._observe:
            for outcome in batch.outcomes:
                self._observe(outcome)


class _Batch:
    """One transaction of an import."""

    def __init__(
        self, session: Session, context: ImportContext, now: datetime, polled: PolledFeed | None
    ) -> None:
        self.report = ImportReport()
        self.outcomes: list[RecordOutcome] = []
        self._session, self._context, self._now = session, context, now
        self._polled = polled

    def store(self, records: list[Record], seen: SeenRecords) -> None:
        # Lock before reading, so that articles stored by another import are visible.
        changed_at = store.begin_change(self._session, self._now)
        changed = self._changed([settled_record(record, self._now) for record in records], seen)
        if not changed:
            return
        stored = store.by_ids(self._session, [m.stored.id for m in changed if m.stored])
        new = [match.record for match in changed if not match.stored]
        names = NameAllocator(self._session, self._context, self._now, new)
        topics = self._topics(changed)
        with self._session.no_autoflush:
            for match in changed:
                article = stored[match.stored.id] if match.stored else None
                self._write(match, article, names, topics, changed_at)

    def _topics(self, changed: list[Match]) -> dict[str, Topic]:
        """The topics of the records by slug, new ones as far as the site may have them."""
        frequency = Counter(name for match in changed for name in match.record.topics or ())
        names = [name for name, _ in frequency.most_common()]
        topics = store.get_or_create_topics(self._session, names, MAX_SITE_TOPICS)
        self._session.flush()
        return {topic.slug: topic for topic in topics}

    def _changed(self, records: list[Record], seen: SeenRecords) -> list[Match]:
        """The records to write; unchanged ones are counted."""
        zone = self._context.zone
        by_key = store.stored_under(self._session, [k for r in records for k in keys_of_record(r)])
        prints = {fingerprint_of(r.published_at, r.title, zone) for r in records}
        by_fingerprint = store.stored_by_fingerprint(self._session, prints)
        others, adopts = self._others(records)
        changed: list[Match] = []
        for record in records:
            matched = match(
                record, by_key, by_fingerprint, seen, zone, others=others, adopts=adopts
            )
            if isinstance(matched, BadRecord):
                self._fail(matched)
            elif _is_unchanged(matched):
                self._unchanged(record)
            else:
                changed.append(matched)
        return changed

    def _others(self, records: list[Record]) -> tuple[dict[str, StoredArticle], bool]:
        """Articles of other sources with the same ids, and whether this source adopts them."""
        polled = self._polled
        polled_sources = [ownership.source_of(url) for url in store.polled_addresses(self._session)]
        keys = ownership.keys_elsewhere(records, polled, polled_sources)
        stored = store.stored_under(self._session, keys) if keys else {}
        return ownership.by_id(stored), polled is not None and polled.adopts

    def _write(
        self,
        match: Match,
        article: Article | None,
        names: NameAllocator,
        topics: dict[str, Topic],
        changed_at: datetime,
    ) -> None:
        record = match.record
        try:
            body = self._body(record)
        except Exception as error:  # noqa: BLE001 - one text may not keep the others out
            self._fail(failure(error, record.where))
            return
        if not body:
            self._fail(_empty_body_error(record))
            return
        became = "created" if article is None else "updated"
        if article is None:
            article = self._new(record, names)
            self.report.created += 1
        elif article.content_hash == content_hash(record):
            _name_source(article, match)
            self._unchanged(record)
            return
        else:
            _mark_updated(article, record, self._now)
            self.report.updated += 1
        left = list(article.topics)
        with recorded(self._session, article, "", self._now) if match.stored else nullcontext():
            _fill(article, match, body, self._now)
            if record.topics is not None:
                slugs = sorted({topic_slug(name) for name in record.topics})
                article.topics = [topics[slug] for slug in slugs if slug in topics]
                if len(article.topics) < len(slugs):
                    self.report.notes.note(TOO_MANY_TOPICS)
        store.mark_changed(article, changed_at, left)
        self._report_written(record, article, became)

    def _body(self, record: Record) -> str:
        """The sanitised body; if nothing is left, what stands in for it."""
        base, site = record.base_url or f"{self._context.base_url}/", self._context.base_url
        body = without_empty_elements(sanitise(record.body_html, base)) or sanitise(
            stand_in_body(record, record.canonical_url), base
        )
        return relative_to_site(body, site)

    def _report_written(self, record: Record, article: Article, became: str) -> None:
        if article.status is ArticleStatus.SCHEDULED:
            self.report.scheduled += 1
        elif article.status is ArticleStatus.DRAFT:
            self.report.drafts += 1
        self._outcome(
            RecordOutcome(
                item=record,
                became=became,
                status=article.status,
                published_at=article.published_at,
                body_html=article.body_html,
            )
        )

    def _unchanged(self, record: Record) -> None:
        self.report.unchanged += 1
        self._outcome(RecordOutcome(item=record, became="unchanged"))

    def _fail(self, bad: BadRecord) -> None:
        self.report.bad.append(bad)
        self.outcomes.append(RecordOutcome(item=bad, became="failed"))

    def _outcome(self, outcome: RecordOutcome) -> None:
        self.outcomes.append(outcome)
        if isinstance(outcome.item, Record):
            for note in outcome.item.notes:
                self.report.notes.note(note)

    def _new(self, record: Record, names: NameAllocator) -> Article:
        published_at = record.published_at or self._now
        uid = names.uid(record)
        article = Article(
            uid=uid,
            slug=names.slug(record.title, uid),
            published_at=published_at,
            updated_at=max(record.updated_at or published_at, published_at),
            stored_at=self._now,
            status=record.status or ArticleStatus.PUBLISHED,
            summary="",
            body_text="",
        )
        self._session.add(article)
        return article


def _mark_updated(article: Article, record: Record, now: datetime) -> None:
    """The source's modification time if it is newer; else now."""
    updated_at = record.updated_at
    moved = updated_at if updated_at is not None and updated_at > article.updated_at else now
    article.updated_at = max(moved, record.published_at or article.published_at)


def _is_unchanged(match: Match) -> bool:
    stored = match.stored
    return (
        stored is not None
        and (stored.source, stored.source_key) == key_of_record(match.record)
        and stored.content_hash == content_hash(match.record)
    )


def _fill(article: Article, match: Match, body: str, now: datetime) -> None:
    """Copy the record's content into the article; names and times are set elsewhere."""
    record = match.record
    was_derived = article.summary == derived_summary(article.body_text)
    had_expired = was_withdrawn_by_expiry(article.content_hash, record)
    _name_source(article, match)
    article.content_hash = content_hash(record)
    article.title = record.title
    article.body_html = body
    article.body_text = text_of(body)
    _set_time(article, record, now, had_expired)
    if record.summary or was_derived:
        article.summary = summary_of(record.summary, MAX_SUMMARY_LENGTH) or derived_summary(
            article.body_text
        )
    article.author = record.author or article.author or ""
    article.image_url = record.image_url or article.image_url or ""
    article.media = declared(record.attachments) or article.media or []
    article.is_measured = False
    article.canonical_url = record.canonical_url or article.canonical_url or ""


def _set_time(article: Article, record: Record, now: datetime, had_expired: bool) -> None:
    """Publication time and status. A public article stays public if its date moves on."""
    was_public = article.id is not None and is_public(article, now)
    published_at = record.published_at
    if not (
        was_public and published_at is not None and published_at > now and record.status in _PUBLIC
    ):
        article.published_at = published_at or article.published_at
    status = record.status or (ArticleStatus.PUBLISHED if had_expired else article.status)
    article.status = status_at(status, article.published_at, now)


def _name_source(article: Article, match: Match) -> None:
    """Where the next import finds the article: its file may have been renamed."""
    article.source, article.source_key = match.record.source, match.record.source_key
    article.key_is_explicit = match.record.explicit_key
    article.fingerprint = match.fingerprint


def _empty_body_error(record: Record) -> BadRecord:
    return BadRecord(
        where=record.where,
        what="nothing is left of the text when what is unsafe is taken out of it",
        hint="write its text outside of scripts, frames and forms",
    )
