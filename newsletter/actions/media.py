"""Actions on pictures: add, describe, prune."""

from datetime import timedelta

from newsletter.actions.action import Job, UnitOfWork, action, long_action
from newsletter.actions.context import Context
from newsletter.media import store
from newsletter.media.models import MediaItem
from newsletter.media.references import referenced_hashes
from newsletter.media.uploads import store_upload
from newsletter.staff.permissions import Permission

KIND = "picture"
# A picture just uploaded may not stand in any text yet.
YOUNGEST_PRUNED = timedelta(days=30)


@long_action(Permission.WRITE)
def add(job: Job[Context], content: bytes, name: str, alt: str | None = None) -> MediaItem:
    """Store an uploaded picture; the stored one for the same bytes.

    Args:
        alt: alternative text; empty: it only decorates; None: not said yet.

    Raises:
        UnusablePicture: it cannot be decoded, or is too large.
    """
    job.about(KIND, "")
    item = store_upload(job.context.database, job.transaction, content, name, alt)
    if job.is_begun:
        job.counts |= {"picture": item.id, "files": len(item.renditions)}
    return item


@action(Permission.WRITE)
def describe(work: UnitOfWork[Context], number: int, alt: str) -> MediaItem:
    """Set the alternative text of a picture for its next use; empty: it only decorates.

    Raises:
        ResourceNotFound: there is no such picture.
    """
    item = store.get(work.session, number)
    work.about(KIND, number)
    description = " ".join(alt.split())
    if item.alt == description:
        work.skip_audit_line()
    item.alt = description
    return item


@action(Permission.WRITE)
def prune(work: UnitOfWork[Context]) -> int:
    """Remove the pictures that nothing refers to and that are older than 30 days; their number.

    A picture in a mail that was sent stays: the mail still shows it.
    """
    old = store.stored_before(work.session, work.now - YOUNGEST_PRUNED)
    work.about(KIND, "")
    if not old:
        work.skip_audit_line()
        return 0
    used = referenced_hashes(work.session, work.context.config.theme.logo)
    unused = [item.id for item in old if used.isdisjoint(file.hash for file in item.renditions)]
    store.remove(work.session, unused)
    work.about(KIND, "", pictures=unused)
    if not unused:
        work.skip_audit_line()
    return len(unused)
