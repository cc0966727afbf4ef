"""The append-only audit log: actor, action, subject, time. Never commits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import Session

from newsletter.database import paged
from newsletter.staff.actors import Actor, ActorOrigin
from newsletter.staff.models import AuditEntry, AuditOutcome

# Without the ORM: half the time.
_ADD = insert(AuditEntry).returning(AuditEntry.id)
_END = insert(AuditOutcome)


@dataclass(frozen=True, kw_only=True)
class AuditSubject:
    """The object of an action."""

    kind: str = ""
    """"edition", "subscriber" …"""
    name: str = ""
    """Its number or configured name."""

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind


@dataclass(frozen=True, kw_only=True)
class AuditRecord:
    """One line of the log."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, Any]
    is_finished: bool
    """False for an action of several transactions that is under way, or was killed."""
    origin: ActorOrigin | None
    """None where there is none to know, or it is kept no more."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Filters of the log; empty means all."""

    since: datetime | None = None
    until: datetime | None = None
    """Only lines before it."""
    actor: str = ""
    """"operator", or "operator:ann"."""
    action: str = ""
    """"editions", or "editions.pause"."""
    subject: str = ""
    """"edition", or "edition:7"."""
    name: str = ""
    """Of the subject, whatever it is: "7", "friday"."""


def record(
    session: Session,
    actor: Actor,
    action: str,
    subject: AuditSubject,
    details: Mapping[str, Any],
    now: datetime,
    *,
    is_long: bool = False,
) -> int:
    """Add a line; its number.

    Args:
        details: JSON, without personal data.
    """
    values = {
        "at": now,
        "actor_kind": actor.kind,
        "actor": actor.name,
        "action": action,
        "subject_kind": subject.kind,
        "subject": subject.name,
        "details": dict(details),
        "is_long": is_long,
        "network": actor.origin.network if actor.origin else None,
        "device": actor.origin.device if actor.origin else None,
    }
    return session.connection().execute(_ADD, values).scalar_one()


def record_outcome(
    session: Session, entry_id: int, details: Mapping[str, Any], now: datetime
) -> None:
    """Record the outcome of an action of several transactions."""
    values = {"entry_id": entry_id, "at": now, "details": dict(details)}
    session.connection().execute(_END, values)


def page(
    session: Session,
    filters: Filters,
    *,
    limit: int,
    after: int | None = None,
    oldest_first: bool = False,
) -> list[AuditRecord]:
    """A page of lines, newest first.

    Args:
        after: as of `newsletter.database.paged`.
    """
    query = (
        select(AuditEntry, AuditOutcome.details)
        .outerjoin(AuditOutcome, AuditOutcome.entry_id == AuditEntry.id)
        .where(*_conditions(filters))
        .limit(limit)
    )
    query = paged(query, AuditEntry.id, after, oldest_first=oldest_first)
    return [_entry(*row) for row in session.execute(query)]


def forget_origins(session: Session, before: datetime) -> int:
    """Empty where staff members acted from, of lines before this time; the number emptied."""
    is_kept = AuditEntry.network.is_not(None)
    query = update(AuditEntry).where(AuditEntry.at < before, is_kept)
    emptied = query.values(network=None, device=None).returning(AuditEntry.id)
    return len(session.scalars(emptied).all())


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    conditions = []
    if filters.since is not None:
        # As an id, which pages are ordered by.
        first = select(func.min(AuditEntry.id)).where(AuditEntry.at >= filters.since)
        conditions.append(AuditEntry.id >= first.scalar_subquery())
    if filters.until is not None:
        last = select(func.max(AuditEntry.id)).where(AuditEntry.at < filters.until)
        conditions.append(AuditEntry.id <= last.scalar_subquery())
    if filters.actor:
        kind, _, name = filters.actor.partition(":")
        conditions += [AuditEntry.actor_kind == kind, *([AuditEntry.actor == name] if name else [])]
    if filters.subject:
        kind, _, name = filters.subject.partition(":")
        conditions += [AuditEntry.subject_kind == kind]
        conditions += [AuditEntry.subject == name] if name else []
    if filters.name:
        conditions.append(AuditEntry.subject == filters.name)
    if "." in filters.action:
        conditions.append(AuditEntry.action == filters.action)
    elif filters.action:
        conditions.append(AuditEntry.action.startswith(f"{filters.action}.", autoescape=True))
    return conditions


def _entry(row: AuditEntry, outcome: Mapping[str, Any] | None) -> AuditRecord:
    actor = f"{row.actor_kind}:{row.actor}" if row.actor else row.actor_kind.value
    return AuditRecord(
        id=row.id,
        at=row.at,
        actor=actor,
        action=row.action,
        subject=str(AuditSubject(kind=row.subject_kind, name=row.subject)),
        details={**row.details, **(outcome or {})},
        is_finished=outcome is not None or not row.is_long,
        origin=None
        if row.network is None
        else ActorOrigin(network=row.network, device=row.device or ""),
    )
