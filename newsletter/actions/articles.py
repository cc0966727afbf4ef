"""What is done to articles: imported, edited, withdrawn, corrected, mailed by themselves."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.actions.action import Job, UnitOfWork, action, long_action
from newsletter.actions.context import Context
from newsletter.actions.digests import Composed
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
class Changed:
    """An article, and whether the action changed anything of it."""

    title: str
    is_changed: bool
    appears_at: datetime | None = None
    """When it appears, where that is still to come."""


@long_action(Permission.WRITE)
def import_(
    job: Job[Context],
    records: Iterable[Record | BadRecord],
    site: ImportContext,
    progress: Progress | None = None,
    observe: Callable[[RecordOutcome], None] | None = None,
) -> ImportReport:
    """Store the articles of records and report on each; importing again doubles nothing.

    Args:
        progress: told how many more records are done.
        observe: told what became of each record, once it is stored.

    Raises:
        ImportStopped: the database failed; it holds the report so far.
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
def edit(work: UnitOfWork[Context], reference: str | int, change: Edit) -> Changed:
    """Change an article, by its number, slug or tag.

    Raises:
        ResourceNotFound: there is no such article.
        InvalidInput: what is wanted cannot stand in an article.
    """
    article = store.get(work.session, reference)
    context = ImportContext.of(work.context.config.site)
    is_changed = apply_edit(work.session, article, change, context, work.now)
    work.about(KIND, article.id, status=article.status.value)
    if not is_changed:
        work.leave_no_line()
    is_scheduled = article.status is ArticleStatus.SCHEDULED
    return Changed(
        title=article.title,
        is_changed=is_changed,
        appears_at=article.published_at if is_scheduled else None,
    )


@action(Permission.WRITE)
def withdraw(work: UnitOfWork[Context], references: Sequence[str]) -> Sequence[Changed]:
    """Take articles off the site and the feeds, all of them or none.

    Raises:
        ResourceNotFound: one of them is not there.
    """
    found = []
    withdrawn = []
    for reference in references:
        article = store.get(work.session, reference)
        status = ArticleStatus.WITHDRAWN
        is_changed = store.set_status(work.session, article.id, status, work.now)
        found.append(Changed(title=article.title, is_changed=is_changed))
        if is_changed:
            withdrawn.append(article.id)
    if not withdrawn:
        work.leave_no_line()
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
        Conflict: the public cannot read it.
        InvalidInput: the note is empty or too long.
    """
    correction = publish_correction(work.session, reference, note, work.now)
    work.about(KIND, correction.article_id, correction=correction.number)
    return store.get(work.session, correction.article_id).title


@action(Permission.MAINTAIN)
def publish_due(work: UnitOfWork[Context]) -> dict[int, str]:
    """Publish the scheduled articles whose time has come; their numbers and titles."""
    found = {
        article.id: article.title for article in scheduling.publish_due(work.session, work.now)
    }
    work.about("articles", "", articles=list(found))
    if not found:
        work.leave_no_line()
    return found


@action(Permission.SEND)
def mail(work: UnitOfWork[Context], number: int) -> Composed:
    """Make the edition of an article that is mailed by itself.

    Raises:
        SendingRefused: the imprint or sender is missing.
        Conflict: another process was quicker.
    """
    article = store.by_ids(work.session, [number])[number]
    edition = compose_single(work.session, work.context.config, article, work.now)
    work.about(KIND, number, edition=edition.id)
    return Composed.of(edition)


@long_action(Permission.MAINTAIN)
def measure(job: Job[Context], ask: MediaLength) -> int:
    """Ask for the sizes of what newly stored articles bring; how many articles were looked at.

    The line comes last: a size that was noted without one is derived, and can be asked again.
    """
    job.about("articles", "")
    job.counts["articles"] = update_media_sizes(job.context.database, ask, job.context.clock)
    return int(job.counts["articles"])
