"""Actions on suppressions: add and lift."""

from collections.abc import Iterable, Sequence

from newsletter.actions.action import Job, long_action
from newsletter.actions.context import Context
from newsletter.staff.permissions import Permission
from subscribers.importing import bulk_suppression

KIND = "suppressions"


@long_action(Permission.PEOPLE)
def add(job: Job[Context], batches: Iterable[Sequence[str]], reason: str) -> int:
    """Suppress addresses; how many were not suppressed before.

    Args:
        batches: of normalised addresses, each suppressed in one transaction.
    """
    job.about(KIND, "")
    job.begin()
    context = job.context
    job.counts["suppressed"] = 0
    for batch in batches:
        now = context.clock.now()
        job.counts["suppressed"] += bulk_suppression.suppress(
            context.database, context.secret, batch, reason, now
        )
    return int(job.counts["suppressed"])


@long_action(Permission.PEOPLE)
def lift(job: Job[Context], batches: Iterable[Sequence[str]]) -> int:
    """Lift the suppression of addresses; how many were suppressed.

    Args:
        batches: of normalised addresses, each lifted in one transaction.
    """
    job.about(KIND, "")
    job.begin()
    context = job.context
    job.counts["lifted"] = 0
    for batch in batches:
        job.counts["lifted"] += bulk_suppression.unsuppress(context.database, context.secret, batch)
    return int(job.counts["lifted"])
