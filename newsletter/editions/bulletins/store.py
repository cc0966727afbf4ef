"""Every query on saved bulletins. Never commits."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from newsletter.database import paged
from newsletter.editions.bulletins.models import SavedBulletin
from newsletter.editions.models import Edition, EditionState
from newsletter.editions.store import WITHOUT_TEXTS
from newsletter.errors import ResourceNotFound


def by_id(session: Session, number: int) -> SavedBulletin:
    """Raises ResourceNotFound where there is no such bulletin."""
    bulletin = session.get(SavedBulletin, number)
    if bulletin is None:
        raise ResourceNotFound(
            f"there is no saved bulletin {number}; see: newsletter bulletin drafts"
        )
    return bulletin


def lock(session: Session, number: int) -> SavedBulletin:
    """The bulletin, locked until the transaction ends; raises ResourceNotFound."""
    by_id(session, number)
    return session.scalars(
        select(SavedBulletin).where(SavedBulletin.id == number).with_for_update(),
        execution_options={"populate_existing": True},
    ).one()


def edition_of(session: Session, bulletin: SavedBulletin) -> Edition | None:
    """The edition that it is sent as; None while it is written, and where it was taken back.

    An edition cancelled later may have reached somebody, who would get the bulletin twice.
    """
    if bulletin.edition_id is None:
        return None
    edition = session.get_one(Edition, bulletin.edition_id)
    is_taken_back = edition.state is EditionState.CANCELLED and edition.fanned_out_at is None
    return None if is_taken_back else edition


def written_as(session: Session, edition: int) -> SavedBulletin | None:
    """The saved bulletin that became an edition; None where it was not saved."""
    return session.scalar(select(SavedBulletin).where(SavedBulletin.edition_id == edition))


def page(
    session: Session,
    *,
    open_only: bool,
    limit: int,
    after: int | None = None,
    oldest_first: bool = False,
) -> list[tuple[SavedBulletin, Edition | None]]:
    """Bulletins with the editions that they became, the newest first.

    Args:
        open_only: only those that are being written.
        after: as of `newsletter.database.paged`.
    """
    query = (
        select(SavedBulletin, Edition)
        .outerjoin(Edition, Edition.id == SavedBulletin.edition_id)
        .limit(limit)
        .options(*WITHOUT_TEXTS)
    )
    if open_only:
        query = query.where(_is_open())
    query = paged(query, SavedBulletin.id, after, oldest_first=oldest_first)
    return [(bulletin, edition) for bulletin, edition in session.execute(query)]


def planned(session: Session, begin: datetime, end: datetime) -> list[SavedBulletin]:
    """The bulletins that are being written for a time from `begin` until before `end`."""
    query = (
        select(SavedBulletin)
        .outerjoin(Edition, Edition.id == SavedBulletin.edition_id)
        .where(SavedBulletin.send_at >= begin, SavedBulletin.send_at < end, _is_open())
        .order_by(SavedBulletin.send_at, SavedBulletin.id)
    )
    return list(session.scalars(query))


def _is_open() -> ColumnElement[bool]:
    is_taken_back = and_(Edition.state == EditionState.CANCELLED, Edition.fanned_out_at.is_(None))
    return or_(SavedBulletin.edition_id.is_(None), is_taken_back)
