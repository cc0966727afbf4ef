"""Imports by number: the file, its outcomes, and the previous state for a rollback.

Never commits.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.errors import ResourceNotFound
from subscribers.importing.storage import store
from subscribers.importing.storage.planning import ImportedData
from subscribers.models import Import, ImportChange, Subscriber, Suppression

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, kw_only=True)
class ImportStart:
    """The values with which an import starts."""

    file: str
    sha256: str
    consent: str
    report: Mapping[str, Any]


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def begin(session: Session, begun: ImportStart, now: datetime) -> Import:
    """A new import, or the unfinished one of the same file."""
    query = select(Import).where(
        Import.sha256 == begun.sha256,
        Import.consent == begun.consent,
        Import.finished_at.is_(None),
        Import.undone_at.is_(None),
    )
    entry = session.scalars(query.order_by(Import.id.desc())).first()
    if entry is None:
        entry = Import(sha256=begun.sha256, consent=begun.consent, begun_at=now, outcomes={})
        session.add(entry)
    entry.file, entry.report = begun.file, dict(begun.report)
    session.flush()
    return entry


def finish(session: Session, number: int, outcomes: Mapping[str, int], now: datetime) -> None:
    """Record that an import has read its file to the end."""
    entry = by_number(session, number)
    entry.outcomes, entry.finished_at = dict(outcomes), now


def by_number(session: Session, number: int) -> Import:
    """The import; raises ResourceNotFound if there is none."""
    entry = session.get(Import, number)
    if entry is None:
        raise ResourceNotFound(f"there is no import {number}; newsletter subscribers imports")
    return entry


def every(session: Session) -> list[Import]:
    """All imports, newest first."""
    return list(session.scalars(select(Import).order_by(Import.id.desc())))


def note_ended(session: Session, number: int, subscriber: Subscriber) -> None:
    """Record the state of a subscription before an import ends it."""
    before = {
        "status": subscriber.status.value,
        "confirmed_at": _moment(subscriber.confirmed_at),
        "active_at": _moment(subscriber.active_at),
    }
    _note(session, number, subscriber.id, before, has_ended=True)


def note_updated(session: Session, number: int, subscriber_id: int, held: ImportedData) -> None:
    """Record a subscriber's data before an import changes it."""
    before = {
        "name": held.name,
        "topics": list(held.preferences.choice.topics),
        "digests": list(held.preferences.choice.digests),
        "frequency": held.preferences.frequency.value,
        "language": held.preferences.language,
        "attributes": dict(held.attributes),
    }
    _note(session, number, subscriber_id, before, has_ended=False)


def share_suppressions(session: Session, hashes: Collection[str], number: int | None) -> None:
    """Mark suppressions as no longer the import's alone, so that its rollback keeps them.

    Args:
        number: of the import that repeats them; the same import does not count.
    """
    if not hashes:
        return
    listed = store.having(
        session, select(Suppression.address_hash), Suppression.address_hash, hashes
    )
    statement = update(Suppression).where(
        Suppression.import_id.is_not(None), Suppression.address_hash.in_(listed)
    )
    if number is not None:
        same = select(Import.sha256).where(Import.id == number).scalar_subquery()
        files = select(Import.id).where(Import.sha256 == same)
        statement = statement.where(Suppression.import_id.not_in(files))
    session.execute(
        statement.values(import_id=None), execution_options={"synchronize_session": False}
    )


def _note(
    session: Session,
    number: int,
    subscriber_id: int,
    before: Mapping[str, Any],
    *,
    has_ended: bool,
) -> None:
    # The earliest state is the one to restore.
    if session.get(ImportChange, (number, subscriber_id)) is None:
        session.add(
            ImportChange(
                import_id=number,
                subscriber_id=subscriber_id,
                has_ended=has_ended,
                before=dict(before),
            )
        )


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
