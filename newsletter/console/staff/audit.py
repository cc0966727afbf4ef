"""The audit log: who did what, and when."""

import json
from contextlib import suppress
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from newsletter.console.frame.listing import Column, Listing
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import page
from newsletter.queries import audit as queries
from newsletter.queries.audit import AuditLine
from newsletter.staff import store
from newsletter.staff.audit import Filters
from newsletter.staff.permissions import ActorKind, Permission

FILTERS = ("actor", "action", "subject", "since")
# The kinds of things that actions are about, as people call them.
NOUNS = (
    ("articles", "Articles"),
    ("bulletins", "Bulletins"),
    ("digests", "Digests"),
    ("editions", "Editions"),
    ("imports", "Imports"),
    ("segments", "Segments"),
    ("settings", "Settings"),
    ("staff", "Staff"),
    ("subscribers", "People"),
    ("suppressions", "Suppressions"),
)


def details_of(line: AuditLine) -> str:
    """The details in one line."""
    parts = [f"{key} {_shown(value)}" for key, value in line.details.items()]
    return ", ".join(parts if line.is_finished else [*parts, "not finished"])


COLUMNS = [
    Column[AuditLine](name="When", value=lambda line: line.at),
    Column[AuditLine](name="Who", value=lambda line: line.who),
    Column[AuditLine](name="What", value=lambda line: line.action),
    Column[AuditLine](name="On", value=lambda line: line.subject),
    Column[AuditLine](name="Details", value=details_of),
]


def list_(request: ConsoleRequest) -> Response:
    """The log, newest lines first."""
    listing = Listing.of(request, filters=FILTERS)
    filters = Filters(
        since=_since(listing.filter("since"), request.config.site.timezone),
        actor=listing.filter("actor"),
        action=listing.filter("action"),
        subject=listing.filter("subject"),
    )
    with request.database.read() as session:
        lines = queries.page(session, filters, limit=listing.limit, below=listing.after_number)
        members = store.members(session)
    table = listing.table(COLUMNS, lines, key=lambda line: line.id)
    if listing.wants_csv:
        return table.csv("audit.csv")
    others = [(kind, kind.capitalize()) for kind in ActorKind if kind is not ActorKind.STAFF]
    context = {
        "table": table,
        "actors": [*((f"staff:{one.id}", one.name) for one in members), *others],
        "nouns": NOUNS,
        "details_of": details_of,
    }
    return request.page("staff/audit.html", context)


def _since(text: str, zone: str) -> datetime | None:
    """The beginning of a day; None where there is none, or it cannot be read."""
    with suppress(ValueError):
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)) if text else None
    return None


def _shown(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        return ", ".join(str(one) for one in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


ROUTES = [page("/audit", Permission.ADMINISTER, list_)]
