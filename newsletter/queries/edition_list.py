"""Editions in pages."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.editions.models import Edition, EditionKind, EditionState
from newsletter.editions.store import WITHOUT_TEXTS


def page(
    session: Session,
    *,
    state: EditionState | None,
    digest: str,
    limit: int,
    below: int | None = None,
) -> Sequence[Edition]:
    """A page of editions, the newest first.

    Args:
        digest: a digest's name, "bulletin", or empty for all.
        below: keyset pagination: only numbers below this.
    """
    query = select(Edition).order_by(Edition.id.desc()).limit(limit).options(*WITHOUT_TEXTS)
    if state is not None:
        query = query.where(Edition.state == state)
    if digest == EditionKind.BULLETIN.value:
        query = query.where(Edition.kind == EditionKind.BULLETIN)
    elif digest:
        query = query.where(Edition.digest == digest)
    if below is not None:
        query = query.where(Edition.id < below)
    return list(session.scalars(query))
