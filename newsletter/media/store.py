"""Every query on pictures. Never commits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session, undefer

from newsletter.database import paged
from newsletter.errors import ResourceNotFound
from newsletter.media.models import MediaItem, MediaRendition

if TYPE_CHECKING:  # with Pillow
    from newsletter.media.encoding import EncodedPicture

PAGE = 48
MAX_NAME_LENGTH = 200
# SQLite takes at most 32,766 parameters in a statement.
REMOVED_AT_ONCE = 1000


@dataclass(frozen=True, kw_only=True)
class MediaSize:
    """Type and length of an encoded file, without its content."""

    media_type: str
    length: int
    """Bytes."""


def source_hash_of(content: bytes) -> str:
    """The hash that recognises a repeated upload."""
    return sha256(content).hexdigest()


def by_source(session: Session, source_hash: str) -> MediaItem | None:
    """The picture that was made of these bytes."""
    return session.scalars(select(MediaItem).where(MediaItem.source_hash == source_hash)).first()


def get(session: Session, number: int) -> MediaItem:
    """
    Raises:
        ResourceNotFound: there is no such picture.
    """
    item = session.get(MediaItem, number)
    if item is None:
        raise ResourceNotFound(f"there is no picture {number}; see: newsletter media list")
    return item


def rendition(session: Session, content_hash: str) -> MediaRendition | None:
    """An encoded file with its content."""
    query = select(MediaRendition).where(MediaRendition.hash == content_hash)
    return session.scalars(query.options(undefer(MediaRendition.content))).first()


def size_of(session: Session, content_hash: str) -> MediaSize | None:
    """Type and length of an encoded file."""
    query = select(MediaRendition.media_type, MediaRendition.length)
    row = session.execute(query.where(MediaRendition.hash == content_hash)).first()
    return MediaSize(media_type=row.media_type, length=row.length) if row else None


def add(
    session: Session,
    source_hash: str,
    files: Sequence["EncodedPicture"],
    *,
    name: str,
    alt: str | None,
    now: datetime,
) -> MediaItem:
    """Store the files of a picture; the stored one where its pixels are stored already.

    Two uploads that differ only in metadata are encoded to the same bytes.
    """
    stored = session.scalars(
        select(MediaItem).join(MediaRendition).where(MediaRendition.hash == files[0].hash)
    ).first()
    if stored is not None:
        return stored
    item = MediaItem(source_hash=source_hash, name=name[:MAX_NAME_LENGTH], alt=alt, created_at=now)
    taken = set(
        session.scalars(
            select(MediaRendition.hash).where(MediaRendition.hash.in_([f.hash for f in files]))
        )
    )
    item.renditions = [
        MediaRendition(
            hash=file.hash,
            media_type=file.media_type,
            width=file.width,
            height=file.height,
            length=len(file.content),
            content=file.content,
        )
        for file in files
        if file.hash not in taken
    ]
    session.add(item)
    session.flush()
    return item


def page(
    session: Session,
    *,
    words: str = "",
    after: int | None = None,
    oldest_first: bool = False,
    limit: int = PAGE,
) -> list[MediaItem]:
    """A page of pictures, newest first.

    Args:
        words: part of the file's name or alternative text.
        after: as of `newsletter.database.paged`.
    """
    query = paged(select(MediaItem).limit(limit), MediaItem.id, after, oldest_first=oldest_first)
    if words:
        folded = words.lower()
        query = query.where(
            or_(
                func.lower(MediaItem.name).contains(folded, autoescape=True),
                func.lower(MediaItem.alt).contains(folded, autoescape=True),
            )
        )
    return list(session.scalars(query))


def stored_before(session: Session, moment: datetime) -> list[MediaItem]:
    """The pictures stored before a moment, oldest first."""
    query = select(MediaItem).where(MediaItem.created_at < moment)
    return list(session.scalars(query.order_by(MediaItem.id)))


def remove(session: Session, numbers: Collection[int]) -> None:
    """Remove pictures with their files."""
    listed = list(numbers)
    for start in range(0, len(listed), REMOVED_AT_ONCE):
        some = listed[start : start + REMOVED_AT_ONCE]
        session.execute(delete(MediaRendition).where(MediaRendition.item_id.in_(some)))
        session.execute(delete(MediaItem).where(MediaItem.id.in_(some)))
