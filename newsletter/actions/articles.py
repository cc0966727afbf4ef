"""Actions on articles: import, write, edit, restore, withdraw, correct, mail singly."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.actions.action import Job, UnitOfWork, action, long_action
from newsletter.actions.context import Context
from newsletter.actions.digests import ComposedEdition
from newsletter.articles import scheduling, store
from newsletter.articles.body.media_sizes import MediaLength, update_media_sizes
from newsletter.articles.body.pictures import with_stored_pictures
from newsletter.articles.corrections import correct as publish_correction
from newsletter.articles.editing import ArticleEdit, apply_edit
from newsletter.articles.importers.base import BadRecord, ImportContext, Record
from newsletter.articles.ingestion.record_import import ImportStopped, Progress, import_records
from newsletter.articles.ingestion.reports import ImportReport, RecordOutcome
from newsletter.articles.models import Article, ArticleStatus
from newsletter.articles.writing import history, saving
from newsletter.articles.writing import store as writing
from newsletter.articles.writing.content import ArticleContent
from newsletter.articles.writing.saving import AutosaveResult
from newsletter.editions.each_article import compose_single
from newsletter.errors import FetchError
from newsletter.http_client.fetching import Size
from newsletter.media import store as pictures
from newsletter.media.decoding import SlowPicture, UnusablePicture
from newsletter.media.models import MediaItem
from newsletter.media.uploads import store_upload
from newsletter.media.urls import hash_in
from newsletter.staff.permissions import Permission

KIND = "article"
# Of one import; each takes `media.encoding_process.TIME`.
MAX_SLOW_PICTURES = 3


@dataclass(frozen=True, kw_only=True)
class ArticleChange:
    """The outcome of an action on one article."""

    title: str
    is_changed: bool
    appears_at: datetime | None = None
    """When it will be published, if scheduled."""


@long_action(Permission.WRITE)
def import_(
    job: Job[Context],
    records: Iterable[Record | BadRecord],
    site: ImportContext,
    progress: Progress | None = None,
    observe: Callable[[RecordOutcome], None] | None = None,
) -> ImportReport:
    """Store the articles of records and report on each; idempotent.

    Args:
        progress: called with the number of records done.
        observe: called with the outcome of each record, once stored.

    Raises:
        ImportStopped: the database failed; the error holds the report so far.
    """
    context = job.context
    job.about("articles", "")
    job.begin()
    try:
        report = import_records(
            context.database,
            _with_pictures(job, records, site.base_url),
            site,
            context.clock,
            progress,
            observe=observe,
        )
    except ImportStopped as stopped:
        job.counts |= stopped.report.counts()
        raise
    job.counts |= report.counts()
    return report


def _with_pictures(
    job: Job[Context], records: Iterable[Record | BadRecord], base_url: str
) -> Iterator[Record | BadRecord]:
    """The records with the pictures that came with them stored."""
    slow_pictures = 0

    def store_picture(content: bytes, name: str, alt: str | None) -> MediaItem:
        nonlocal slow_pictures
        if slow_pictures >= MAX_SLOW_PICTURES:
            raise UnusablePicture("other pictures of this import took too long; add it by itself")
        try:
            return store_upload(job.context.database, job.transaction, content, name, alt)
        except SlowPicture:
            slow_pictures += 1
            raise

    for item in records:
        if isinstance(item, Record):
            yield with_stored_pictures(item, base_url, store_picture)
        else:
            yield item


@action(Permission.WRITE)
def edit(work: UnitOfWork[Context], reference: str | int, change: ArticleEdit) -> ArticleChange:
    """Change an article, by its number, slug or tag.

    Raises:
        ResourceNotFound: there is no such article.
        InvalidInput: a value is not valid.
    """
    article = store.get(work.session, reference)
    context = ImportContext.of(work.context.config.site)
    with history.recorded(work.session, article, str(work.actor), work.now):
        is_changed = apply_edit(work.session, article, change, context, work.now)
    return _changed(work, article, is_changed=is_changed)


@action(Permission.WRITE)
def keep(
    work: UnitOfWork[Context],
    reference: int | None,
    content: ArticleContent | None,
    base: str = "",
) -> AutosaveResult:
    """Keep what a person writes, as their editor does by itself; begins a new article.

    Only the beginning of an article leaves a line: kept words are not published.

    Args:
        reference: the article's number; None: a new one.
        content: None: only note that they are in the article.
        base: the version of the article that the editor was opened with.

    Raises:
        ResourceNotFound: there is no such article.
    """
    context, by = ImportContext.of(work.context.config.site), str(work.actor)
    if reference is None:
        words = content or ArticleContent()
        article = saving.new_article(work.session, words, by, context, work.now)
        work.about(KIND, article.id, status=article.status.value)
        base = ArticleContent.of(article).version
        autosave = saving.autosave(work.session, article, None, base, by, context, work.now)
        return replace(autosave, is_saved=True)
    article = store.get(work.session, reference)
    work.skip_audit_line()
    return saving.autosave(work.session, article, content, base, by, context, work.now)


@action(Permission.WRITE)
def save(
    work: UnitOfWork[Context],
    reference: int,
    content: ArticleContent,
    base: str,
    change: ArticleEdit | None = None,
) -> ArticleChange:
    """Write a person's words into an article, publish or schedule it.

    Args:
        base: the version that they started from.
        change: status and time; None: they stay.

    Raises:
        ResourceNotFound: there is no such article.
        StaleVersion: somebody else changed it meanwhile.
        InvalidInput: a value is not valid, or it is to be published unfinished.
    """
    article = store.get(work.session, reference)
    context = ImportContext.of(work.context.config.site)
    is_changed = saving.save(
        work.session,
        article,
        content,
        base,
        change or ArticleEdit(),
        str(work.actor),
        context,
        work.now,
    )
    return _changed(work, article, is_changed=is_changed)


@action(Permission.WRITE)
def discard(work: UnitOfWork[Context], reference: int) -> None:
    """Discard one's own unsaved words of an article.

    Raises:
        ResourceNotFound: there is no such article.
    """
    article = store.get(work.session, reference)
    writing.remove_draft(work.session, article.id, str(work.actor))
    work.about(KIND, article.id)


@action(Permission.WRITE)
def restore(work: UnitOfWork[Context], reference: str | int, number: int) -> ArticleChange:
    """Give an article the content of an earlier revision; its status and time stay.

    Raises:
        ResourceNotFound: there is no such article or revision.
    """
    article = store.get(work.session, reference)
    revision = writing.revision(work.session, article.id, number)
    content = ArticleContent.from_json(revision.content)
    context, by = ImportContext.of(work.context.config.site), str(work.actor)
    with history.recorded(work.session, article, by, work.now):
        change = content.edit_of(article)
        is_changed = apply_edit(work.session, article, change, context, work.now)
    return _changed(work, article, is_changed=is_changed, revision=number)


def _changed(
    work: UnitOfWork[Context], article: Article, *, is_changed: bool, **details: int
) -> ArticleChange:
    """The outcome, noted for the audit log; nothing is noted where nothing changed."""
    work.about(KIND, article.id, status=article.status.value, **details)
    if not is_changed:
        work.skip_audit_line()
    is_scheduled = article.status is ArticleStatus.SCHEDULED
    return ArticleChange(
        title=article.title,
        is_changed=is_changed,
        appears_at=article.published_at if is_scheduled else None,
    )


@action(Permission.WRITE)
def withdraw(work: UnitOfWork[Context], references: Sequence[str]) -> Sequence[ArticleChange]:
    """Take articles off the site and the feeds, all or none.

    Raises:
        ResourceNotFound: one of them is not there.
    """
    changes = []
    withdrawn = []
    for reference in references:
        article = store.get(work.session, reference)
        status = ArticleStatus.WITHDRAWN
        is_changed = store.set_status(work.session, article.id, status, work.now)
        changes.append(ArticleChange(title=article.title, is_changed=is_changed))
        if is_changed:
            withdrawn.append(article.id)
    if not withdrawn:
        work.skip_audit_line()
    elif len(withdrawn) == 1:
        work.about(KIND, withdrawn[0])
    else:
        work.about("articles", "", articles=withdrawn)
    return changes


@action(Permission.WRITE)
def correct(work: UnitOfWork[Context], reference: str | int, note: str) -> str:
    """Publish a correction of an article, by its number, slug or tag; the article's title.

    Raises:
        ResourceNotFound: there is no such article.
        Conflict: it is not published.
        InvalidInput: the note is empty or too long.
    """
    correction = publish_correction(work.session, reference, note, work.now)
    work.about(KIND, correction.article_id, correction=correction.number)
    return store.get(work.session, correction.article_id).title


@action(Permission.MAINTAIN)
def publish_due(work: UnitOfWork[Context]) -> dict[int, str]:
    """Publish the scheduled articles that are due; their ids and titles."""
    published = {
        article.id: article.title for article in scheduling.publish_due(work.session, work.now)
    }
    work.about("articles", "", articles=list(published))
    if not published:
        work.skip_audit_line()
    return published


@action(Permission.SEND)
def mail(work: UnitOfWork[Context], number: int) -> ComposedEdition:
    """Compose the edition of a single article.

    Raises:
        SendingRefused: the imprint or sender is missing.
        Conflict: another process composed it first.
    """
    article = store.by_ids(work.session, [number])[number]
    edition = compose_single(work.session, work.context.config, article, work.now)
    work.about(KIND, number, edition=edition.id)
    return ComposedEdition.of(edition)


@long_action(Permission.MAINTAIN)
def measure(job: Job[Context], ask: MediaLength) -> int:
    """Request the sizes of media in new articles; the number of articles processed.

    The audit line comes last: sizes are derived data and can be requested again.
    """
    job.about("articles", "")
    database, base_url = job.context.database, job.context.config.site.base_url

    def length_of(url: str) -> Size:
        content_hash = hash_in(url, base_url)
        if content_hash is None:
            return ask(url)
        with database.read() as session:
            own = pictures.size_of(session, content_hash)
        if own is None:
            raise FetchError(f"{url}: there is no such picture")
        return Size(length_bytes=own.length, content_type=own.media_type)

    job.counts["articles"] = update_media_sizes(database, length_of, job.context.clock)
    return int(job.counts["articles"])
