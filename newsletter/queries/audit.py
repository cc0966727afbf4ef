"""The audit log for display: names for numbers, sentences for actions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from newsletter.staff import audit, store
from newsletter.staff.actors import ActorOrigin
from newsletter.staff.audit import AuditRecord, Filters
from newsletter.staff.permissions import ActorKind


@dataclass(frozen=True, kw_only=True)
class AuditLine:
    """One line of the log in words."""

    id: int
    at: datetime
    who: str
    """"Ann Moor", "the schedule", "ann, on the command line"."""
    actor: str
    """As the log has it: "staff:3"."""
    origin: ActorOrigin | None
    action: str
    about: str
    """As the log has it: "edition:7"."""
    subject: str
    """The name of the staff member that it is about; empty for all else."""
    details: Mapping[str, Any]
    is_finished: bool


def page(
    session: Session,
    filters: Filters,
    *,
    limit: int,
    after: int | None = None,
    oldest_first: bool = False,
) -> list[AuditLine]:
    """A page of lines, newest first; as `newsletter.staff.audit.page`."""
    names = store.names(session)
    entries = audit.page(session, filters, limit=limit, after=after, oldest_first=oldest_first)
    return [_line(entry, names) for entry in entries]


def _line(entry: AuditRecord, names: Mapping[str, str]) -> AuditLine:
    return AuditLine(
        id=entry.id,
        at=entry.at,
        who=_who(entry, names),
        actor=entry.actor,
        origin=entry.origin,
        action=entry.action,
        about=entry.subject,
        subject=_staff_name(entry.subject, names),
        details=entry.details,
        is_finished=entry.is_finished,
    )


def _who(entry: AuditRecord, names: Mapping[str, str]) -> str:
    """Who did it; somebody who signs in or joins is a visitor until it is done."""
    staff = _staff_name(entry.subject, names)
    if entry.actor != ActorKind.VISITOR or not staff:
        return who_is(entry.actor, names)
    return f"somebody, as {staff}" if entry.action == "sessions.refuse" else staff


def who_is(actor: str, names: Mapping[str, str]) -> str:
    """An actor in words; `names` as `staff.store.names`."""
    kind, _, name = actor.partition(":")
    match kind:
        case "staff":
            return names.get(name, f"staff member {name}")
        case "operator":
            return f"{name}, on the command line"
        case "subscriber":
            return f"subscriber {name}"
        case "key":
            return f"API key {name}"
        case "schedule":
            return "the schedule"
        case "visitor":
            return "a visitor"
        case _:
            return actor.replace(":", " ")


def _staff_name(subject: str, names: Mapping[str, str]) -> str:
    kind, _, name = subject.partition(":")
    return names.get(name, "somebody unknown") if kind == "staff" and name else ""
