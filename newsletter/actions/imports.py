"""What is done with lists of people brought along: they are entered."""

from collections import Counter
from collections.abc import Iterable, Sequence

from newsletter.actions.action import Job, long_action
from newsletter.actions.context import Context
from newsletter.staff.permissions import Permission
from subscribers.importing.batches import Row
from subscribers.importing.entering import Entrance, Tell, Terms, take_all


@long_action(Permission.BULK_PEOPLE)
def enter(
    job: Job[Context], terms: Terms, batches: Iterable[Sequence[Row]], tell: Tell
) -> Counter[str]:
    """Enter the people of a file, each batch in a transaction; how many rows came to what.

    Args:
        tell: is told what became of each row.
    """
    job.about("import", "", file=terms.file)
    job.begin()
    entrance = Entrance(job.context.database, terms, job.context.clock)
    counts: Counter[str] = Counter()
    try:
        take_all(entrance, batches, tell, counts)
    finally:
        # What was read before it was interrupted has been entered.
        job.counts |= counts
    return counts
