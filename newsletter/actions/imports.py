"""What is done with lists of people brought along: they are entered, and taken back."""

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
class Entered:
    """An import that has come to its end."""

    number: int
    counts: Counter[str]
    """How many rows came to what."""


@long_action(Permission.BULK_PEOPLE)
def enter(
    job: Job[Context],
    begun: history.ImportStart,
    terms: ImportTerms,
    batches: Iterable[Sequence[Row]],
    tell: OnDecision,
) -> Entered:
    """Enter the people of a file, each batch in a transaction.

    Args:
        tell: is told what became of each row.
    """
    with job.transaction() as work:
        number = history.begin(work.session, begun, work.now).id
        job.about(KIND, number, file=begun.file)
    entrance = ListImporter(job.context.database, terms, job.context.clock, number)
    counts: Counter[str] = Counter()
    try:
        import_all(entrance, batches, tell, counts)
    finally:
        # What was read before it was interrupted has been entered.
        job.counts |= counts
    with job.transaction() as work:
        history.finish(work.session, number, counts, work.now)
    return Entered(number=number, counts=counts)


@action(Permission.BULK_PEOPLE)
def undo(work: UnitOfWork[Context], number: int) -> RollbackResult:
    """Take an import back; whoever was mailed, or has done anything here since, stays.

    Raises:
        ResourceNotFound: there is no such import.
        Conflict: it is taken back already.
    """
    # Whoever stands in the ledger was mailed, or is about to be.
    mailed = exists().where(Delivery.subscriber_id == Subscriber.id)
    done = rollback.roll_back(work.session, number, mailed, work.now)
    work.about(KIND, number, **vars(done))
    return done
