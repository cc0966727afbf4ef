"""The list of staff."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from starlette.responses import Response

from newsletter.console.frame.presentation.listing import Column, Listing, pages_of
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import page
from newsletter.staff import store
from newsletter.staff.account_models import StaffMember
from newsletter.staff.permissions import Permission, Role

SORTS = ("name", "role", "-seen")
NEVER = datetime.min.replace(tzinfo=UTC)
STATES = (("active", "Active"), ("invited", "Invited"), ("ended", "Ended"))


def list_(request: ConsoleRequest) -> Response:
    """Everybody who works on the site."""
    listing = Listing.of(request, filters=("q", "role", "state"), sorts=SORTS)
    with request.database.read() as session:
        members, seen = store.members(session), store.last_seen(session)
    words, role = listing.filter("q").lower(), listing.filter("role")
    matching = [
        one
        for one in members
        if words in f"{one.name} {one.email}".lower()
        and role in {"", one.role}
        and listing.filter("state") in {"", one.state}
    ]
    matching.sort(key=_order(listing, seen), reverse=not listing.is_ascending)
    rows = pages_of(matching, _number)
    if listing.wants_csv:
        return listing.csv("staff.csv", _columns(seen), rows, key=_number)
    shown = rows(listing.after_number, listing.limit)
    context = {
        "table": listing.table(_columns(seen), shown, key=_number),
        "seen": seen,
        "roles": [(role.value, role.value.capitalize()) for role in Role],
        "states": STATES,
    }
    return request.page("staff/members.html", context)


def _number(member: StaffMember) -> int:
    return member.id


def _order(
    listing: Listing, seen: Mapping[int, datetime]
) -> Callable[[StaffMember], tuple[object, ...]]:
    """What members are sorted by; those who are alike, by name, and by name those who left last."""
    match listing.sort.removeprefix("-"):
        case "role":
            places = {role: place for place, role in enumerate(Role)}
            return lambda one: (places[one.role], one.name.casefold(), one.id)
        case "seen":
            return lambda one: (seen.get(one.id, NEVER), one.name.casefold(), one.id)
        case _:
            return lambda one: (one.ended_at is not None, one.name.casefold(), one.id)


def _columns(seen: Mapping[int, datetime]) -> list[Column[StaffMember]]:
    return [
        Column(name="Name", value=lambda member: member.name, sort="name"),
        Column(name="Address", value=lambda member: member.email),
        Column(name="Role", value=lambda member: member.role, sort="role"),
        Column(name="State", value=lambda member: member.state),
        Column(name="Last seen", value=partial(_seen, seen), sort="seen"),
    ]


def _seen(seen: Mapping[int, datetime], member: StaffMember) -> datetime | None:
    return seen.get(member.id)


ROUTES = [page("/staff", Permission.ADMINISTER, list_)]
