"""Actions on subscriber imports: run one, undo one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import exists

from newsletter.actions.action import Job, UnitOfWork, action, long_action
from newsletter.actions.context import Context
from newsletter.delivery.ledger.models import Delivery
from newsletter.staff.permissions import Permission
from subscribers.importing import history, rollback
from subscribers.importing.batches import Row
from subscribers.importing.list_importer import ImportTerms, ListImporter, OnDecision, import_all
from subscribers.importing.rollback import RollbackResult
from subscribers.models import Subscriber

KIND = "import"


@dataclass(frozen=True, kw_only=True)
class ImportResult:
    """A finished import."""

    number: int
    counts: Counter[str]
    """Rows by outcome."""


@long_action(Permission.BULK_PEOPLE)
def enter(
    job: Job[Context],
    begun: history.ImportStart,
    terms: ImportTerms,
    batches: Iterable[Sequence[Row]],
    tell: OnDecision,
) -> ImportResult:
    """Import the rows of a file, each batch in a transaction.

    Args:
        tell: called with the outcome of each row.
    """
    with job.transaction() as work:
        number = history.begin(work.session, begun, work.now).id
        job.about(KIND, number, file=begun.file)
    entrance = ListImporter(job.context.database, terms, job.context.clock, number)
    counts: Counter[str] = Counter()
    try:
        import_all(entrance, batches, tell, counts)
    finally:
        # Also after an interruption: batches so far are committed.
        job.counts |= counts
    with job.transaction() as work:
        history.finish(work.session, number, counts, work.now)
    return ImportResult(number=number, counts=counts)


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
