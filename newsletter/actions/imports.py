"""Actions on subscriber imports: run one, undo one; lists uploaded to be imported."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists

from newsletter.actions.action import Job, UnitOfWork, action, long_action
from newsletter.actions.context import Context
from newsletter.delivery.ledger.models import Delivery
from newsletter.errors import Conflict, InvalidInput, NewsletterError
from newsletter.queries.imports import site_names
from newsletter.staff.permissions import Permission
from subscribers.importing.list_importer import (
    ImportDryRun,
    ImportTerms,
    ListImporter,
    OnDecision,
    import_all,
)
from subscribers.importing.list_reading import (
    ExaminedList,
    ListRequest,
    SiteNames,
    examine,
    open_table,
)
from subscribers.importing.rows import attribute_of_tag
from subscribers.importing.storage import history, rollback
from subscribers.importing.storage.batches import FileRow
from subscribers.importing.storage.rollback import RollbackResult
from subscribers.importing.uploaded import jobs, views
from subscribers.importing.uploaded import store as uploads
from subscribers.importing.uploaded.instructions import UploadAnswers
from subscribers.importing.uploaded.outcome import OutcomeReport
from subscribers.models import Subscriber, UploadPhase
from subscribers.segments import store as segments

KIND = "import"
UPLOAD = "uploaded list"
BEAT_EVERY = timedelta(seconds=1)
# Rows between two looks at the clock.
LOOK_EVERY = 1_000
REHEARSED = "as if there were proof"


@dataclass(frozen=True, kw_only=True)
class ImportResult:
    """A finished import."""

    number: int
    counts: Counter[str]
    """Rows by outcome."""
    kept_segments: tuple[str, ...] = ()
    """Tags whose segment existed before, and was left as it is."""


@long_action(Permission.BULK_PEOPLE)
def enter(
    job: Job[Context],
    begun: history.ImportStart,
    terms: ImportTerms,
    batches: Iterable[Sequence[FileRow]],
    tell: OnDecision,
    tags: Mapping[str, str],
) -> ImportResult:
    """Import the rows of a file, each batch in a transaction.

    Args:
        tell: called with the outcome of each row.
        tags: tags that become segments, with their slugs; complete once all rows are read.
    """
    with job.transaction() as work:
        number = history.begin(work.session, begun, work.now).id
        job.about(KIND, number, file=begun.file)
    counts: Counter[str] = Counter()
    _import_rows(job, number, terms, batches, tell, counts)
    with job.transaction() as work:
        history.finish(work.session, number, counts, work.now)
        slugs = _add_segments(work, tags)
    return ImportResult(number=number, counts=counts, kept_segments=slugs)


@action(Permission.BULK_PEOPLE)
def undo(work: UnitOfWork[Context], number: int) -> RollbackResult:
    """Undo an import; subscribers mailed or active since stay.

    Raises:
        ResourceNotFound: there is no such import.
        Conflict: it is undone already.
    """
    # A row in the ledger: mailed, or about to be.
    mailed = exists().where(Delivery.subscriber_id == Subscriber.id)
    done = rollback.roll_back(work.session, number, mailed, work.now)
    work.about(KIND, number, **vars(done))
    return done


@action(Permission.BULK_PEOPLE)
def upload(work: UnitOfWork[Context], file: str, content: bytes) -> int:
    """Keep a list to be imported for a week; its number.

    Raises:
        InvalidInput: it is empty or too large.
    """
    upload = uploads.add(work.session, file, content, str(work.actor), work.now)
    work.about(UPLOAD, upload.id, bytes=len(content))
    return upload.id


@action(Permission.BULK_PEOPLE)
def answer(work: UnitOfWork[Context], number: int, answers: UploadAnswers) -> None:
    """Say how an uploaded list is to be read.

    Raises:
        ResourceNotFound: it is deleted.
        Conflict: it is being read, or is entered.
    """
    work.about(UPLOAD, number)
    uploads.answer(work.session, number, answers, work.now)


@action(Permission.BULK_PEOPLE)
def correct_rows(
    work: UnitOfWork[Context], number: int, cells: Mapping[int, Sequence[str]]
) -> None:
    """Replace the cells of refused rows; what a row says of leaving stays.

    Args:
        cells: by row number.

    Raises:
        ResourceNotFound: the list is deleted.
        Conflict: it is being read.
        InvalidInput: a row was not refused.
    """
    work.about(UPLOAD, number, rows=len(cells))
    uploads.correct_rows(work.session, number, cells, work.now)


@action(Permission.BULK_PEOPLE)
def discard(work: UnitOfWork[Context], number: int) -> None:
    """Delete an uploaded list; whoever was entered from it stays.

    Raises:
        ResourceNotFound: it is deleted.
        Conflict: it is being read.
    """
    work.about(UPLOAD, number)
    upload = uploads.by_number(work.session, number)
    jobs.require_idle(upload, work.now)
    work.session.delete(upload)


@action(Permission.MAINTAIN)
def forget_uploads(work: UnitOfWork[Context]) -> int:
    """Delete the uploaded lists whose time is over; how many."""
    dropped = uploads.drop_expired(work.session, work.now)
    work.about(UPLOAD, "all", deleted=dropped)
    if not dropped:
        work.skip_audit_line()
    return dropped


@long_action(Permission.BULK_PEOPLE)
def rehearse(job: Job[Context], number: int) -> None:
    """Examine an uploaded list, and find out what importing it would do.

    Raises:
        ResourceNotFound: it is deleted.
        Conflict: another job is at it, or it is entered.
        InvalidInput: it cannot be read; its page says so too.
    """
    job.about(UPLOAD, number)
    with job.transaction() as work:
        jobs.begin_rehearsal(work.session, number, work.now)
    report = OutcomeReport()
    with _failure_noted(job, number, UploadPhase.UNREADABLE):
        view = _rehearsed(job, number, report)
    with job.transaction() as work:
        jobs.finish_rehearsal(work.session, number, view, report)
    job.counts |= report.counts


def _rehearsed(job: Job[Context], number: int, report: OutcomeReport) -> dict[str, Any]:
    progress = _Progress(job, number)
    with _on_disk(job, number, REHEARSED) as (request, names):
        table = open_table(request, progress.row)
        try:
            examined = examine(
                request, table, job.context.secret, names, job.context.clock.now().date()
            )
        except InvalidInput as error:
            # Its columns can be named by hand.
            return views.unassigned(table, uploads.without_path(request, error))
        if examined.analysis.is_clear:
            progress.expect(examined.rows)
            dry_run = ImportDryRun(job.context.database, examined.terms)
            import_all(dry_run, progress.through(examined.batches()), report.tell, report.counts)
        return views.examined(examined)


@long_action(Permission.BULK_PEOPLE)
def enter_upload(job: Job[Context], number: int, consent: str) -> ImportResult:
    """Import an uploaded list, or of an imported one the rows mended since.

    Args:
        consent: the proof of consent; empty: nobody is confirmed. Mended rows are entered with
            that of their import.

    Raises:
        ResourceNotFound: it is deleted.
        Conflict: another job is at it, something has to be asked, too many rows are damaged, or
            the import was undone.
    """
    with job.transaction() as work:
        upload, again = jobs.begin_entering(work.session, number, consent, work.now)
        import_id = upload.import_id or 0
        job.about(KIND, import_id, file=upload.file, rows=len(again) or "all")
    report, progress = OutcomeReport(), _Progress(job, number)
    with (
        _failure_noted(job, number, UploadPhase.ENTERED if again else UploadPhase.READY),
        _on_disk(job, number, upload.consent) as (request, names),
    ):
        table = open_table(request, progress.row)
        examined = examine(
            request, table, job.context.secret, names, job.context.clock.now().date()
        )
        _require_fit(examined)
        progress.expect(examined.rows)
        rows = progress.through(_among(examined.batches(), again))
        _import_rows(job, import_id, examined.terms, rows, report.tell, report.counts)
    with job.transaction() as work:
        jobs.finish_entering(work.session, number, again, report, work.now)
        kept_segments = _add_segments(work, examined.reader.tags)
    return ImportResult(number=import_id, counts=report.counts, kept_segments=kept_segments)


@contextmanager
def _on_disk(
    job: Job[Context], number: int, consent: str
) -> Iterator[tuple[ListRequest, SiteNames]]:
    """An uploaded list as a private file, while the block runs."""
    with job.context.database.read() as session:
        names = site_names(session, job.context.config)
        upload = uploads.with_content(session, number)
    with uploads.on_disk(upload, consent) as request:
        yield request, names


def _import_rows(
    job: Job[Context],
    number: int,
    terms: ImportTerms,
    batches: Iterable[Sequence[FileRow]],
    tell: OnDecision,
    counts: Counter[str],
) -> None:
    importer = ListImporter(job.context.database, terms, job.context.clock, number)
    try:
        import_all(importer, batches, tell, counts)
    finally:
        # Also after an interruption: batches so far are committed.
        job.counts |= counts


def _require_fit(examined: ExaminedList) -> None:
    analysis = examined.analysis
    if not analysis.is_clear:
        raise Conflict("say first what the columns mean that are asked about")
    if examined.terms.consent and not analysis.fitness.is_trusted:
        raise Conflict(jobs.UNTRUSTED.format(misfits=analysis.fitness.misfits))


def _among(
    batches: Iterable[Sequence[FileRow]], wanted: Collection[int]
) -> Iterator[Sequence[FileRow]]:
    """The rows with these numbers; without numbers all."""
    for batch in batches:
        yield [row for row in batch if row.number in wanted] if wanted else batch


def _add_segments(work: UnitOfWork[Context], tags: Mapping[str, str]) -> tuple[str, ...]:
    """Add a segment for each tag without one; the names that there were."""
    slugs = []
    for slug in sorted(set(tags.values())):
        try:
            segments.add(work.session, slug, f"attribute.{attribute_of_tag(slug)} = yes", work.now)
        except Conflict:
            slugs.append(slug)
    return tuple(slugs)


@contextmanager
def _failure_noted(job: Job[Context], number: int, phase: UploadPhase) -> Iterator[None]:
    """Note with the upload why its job could not go on; it may be tried again."""
    try:
        yield
    except NewsletterError as error:
        with job.transaction() as work:
            jobs.fail(work.session, number, phase, str(error))
        raise


class _Progress:
    """Signs of life of a job, at most one a second."""

    def __init__(self, job: Job[Context], number: int) -> None:
        self._job, self._number = job, number
        self._read = 0
        self._beaten_at: datetime = job.context.clock.now()

    def row(self) -> None:
        """A row was read."""
        self._read += 1
        if self._read % LOOK_EVERY == 0:
            self._beat(self._read)

    def expect(self, total: int) -> None:
        """So many rows come now."""
        self._read = 0
        with self._job.transaction() as work:
            jobs.expect(work.session, self._number, total, work.now)

    def through(self, batches: Iterable[Sequence[FileRow]]) -> Iterator[Sequence[FileRow]]:
        """The same batches, counted when they are done."""
        for batch in batches:
            yield batch
            self._beat(self._read)

    def _beat(self, done: int) -> None:
        now = self._job.context.clock.now()
        if now - self._beaten_at < BEAT_EVERY:
            return
        self._beaten_at = now
        with self._job.transaction() as work:
            jobs.beat(work.session, self._number, done, now)
