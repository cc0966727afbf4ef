"""Actions on articles: import, edit, withdraw, correct, mail singly."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.actions.action import Job, UnitOfWork, action, long_action
from newsletter.actions.context import Context
from newsletter.actions.digests import ComposedEdition
from newsletter.articles import scheduling, store
from newsletter.articles.corrections import correct as publish_correction
from newsletter.articles.editing import Edit, apply_edit
from newsletter.articles.importers.base import BadRecord, ImportContext, Record
from newsletter.articles.media_sizes import MediaLength, update_media_sizes
from newsletter.articles.models import ArticleStatus
from newsletter.articles.record_import import ImportStopped, Progress, import_records
from newsletter.articles.reports import ImportReport, RecordOutcome
from newsletter.editions.each_article import compose_single
from newsletter.staff.permissions import Permission

KIND = "article"


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
            records,
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


@action(Permission.WRITE)
def edit(work: UnitOfWork[Context], reference: str | int, change: Edit) -> ArticleChange:
    """Change an article, by its number, slug or tag.

    Raises:
        ResourceNotFound: there is no such article.
        InvalidInput: a value is not valid.
    """
    article = store.get(work.session, reference)
    context = ImportContext.of(work.context.config.site)
    is_changed = apply_edit(work.session, article, change, context, work.now)
    work.about(KIND, article.id, status=article.status.value)
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
    found = []
    withdrawn = []
    for reference in references:
        article = store.get(work.session, reference)
        status = ArticleStatus.WITHDRAWN
        is_changed = store.set_status(work.session, article.id, status, work.now)
        found.append(ArticleChange(title=article.title, is_changed=is_changed))
        if is_changed:
            withdrawn.append(article.id)
    if not withdrawn:
        work.skip_audit_line()
    elif len(withdrawn) == 1:
        work.about(KIND, withdrawn[0])
    else:
        work.about("articles", "", articles=withdrawn)
    return found


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
    found = {
        article.id: article.title for article in scheduling.publish_due(work.session, work.now)
    }
    work.about("articles", "", articles=list(found))
    if not found:
        work.skip_audit_line()
    return found


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
    job.counts["articles"] = update_media_sizes(job.context.database, ask, job.context.clock)
    return int(job.counts["articles"])
