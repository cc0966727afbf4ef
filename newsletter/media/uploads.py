"""Storing an uploaded picture, without holding a transaction while it is decoded."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.media import store
from newsletter.media.models import MediaItem


class Work(Protocol):
    """A running transaction."""

    @property
    def session(self) -> Session: ...

    @property
    def now(self) -> datetime: ...


def store_upload(
    database: Database,
    transaction: Callable[[], AbstractContextManager[Work]],
    content: bytes,
    name: str,
    alt: str | None,
) -> MediaItem:
    """The stored picture of these bytes; the same one for the same bytes.

    Args:
        transaction: opens the transaction that writes.

    Raises:
        UnusablePicture: it cannot be decoded, or is too large.
    """
    source_hash = store.source_hash_of(content)
    with database.read() as session:
        stored = store.by_source(session, source_hash)
    if stored is not None:
        return stored
    from newsletter.media.encoding_process import SHARED

    files = SHARED.encode(content)
    with transaction() as work:
        stored = store.by_source(work.session, source_hash)
        return stored or store.add(
            work.session, source_hash, files, name=name, alt=alt, now=work.now
        )
