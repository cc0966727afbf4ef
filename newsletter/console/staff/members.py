"""The list of staff."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from starlette.responses import Response

from newsletter.console.frame.presentation.listing import Column, Listing
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import page
from newsletter.staff import store
from newsletter.staff.account_models import StaffMember
from newsletter.staff.permissions import Permission


def list_(request: ConsoleRequest) -> Response:
    """Everybody who works on the site."""
    listing = Listing.of(request, filters=("q",))
    with request.database.read() as session:
        members, seen = store.members(session), store.last_seen(session)
    words = listing.filter("q").lower()
    matching = [one for one in members if words in f"{one.name} {one.email}".lower()]
    table = listing.table(_columns(seen), matching)
    if listing.wants_csv:
        return table.csv("staff.csv")
    return request.page("staff/members.html", {"table": table, "seen": seen})


def _columns(seen: Mapping[int, datetime]) -> list[Column[StaffMember]]:
    return [
        Column(name="Name", value=lambda member: member.name),
        Column(name="Address", value=lambda member: member.email),
        Column(name="Role", value=lambda member: member.role),
        Column(name="State", value=lambda member: member.state),
        Column(name="Last seen", value=partial(_seen, seen)),
    ]


def _seen(seen: Mapping[int, datetime], member: StaffMember) -> datetime | None:
    return seen.get(member.id)


ROUTES = [page("/staff", Permission.ADMINISTER, list_)]
