"""Editions in pages."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.database import paged
from newsletter.editions.models import Edition, EditionKind, EditionState
from newsletter.editions.store import WITHOUT_TEXTS


def page(
    session: Session,
    *,
    state: EditionState | None,
    digest: str,
    limit: int,
    after: int | None = None,
    oldest_first: bool = False,
) -> Sequence[Edition]:
    """A page of editions, the newest first.

    Args:
        digest: a digest's name, "bulletin", or empty for all.
        after: as of `newsletter.database.paged`.
    """
    query = select(Edition).limit(limit).options(*WITHOUT_TEXTS)
    query = paged(query, Edition.id, after, oldest_first=oldest_first)
    if state is not None:
        query = query.where(Edition.state == state)
    if digest == EditionKind.BULLETIN.value:
        query = query.where(Edition.kind == EditionKind.BULLETIN)
    elif digest:
        query = query.where(Edition.digest == digest)
    return list(session.scalars(query))
