"""Bounces and complaints: the list, one of them, and undoing what followed."""

from collections.abc import Sequence

from pydantic import BaseModel
from starlette.responses import Response

from newsletter.actions import feedback
from newsletter.config.kinds import OneLine
from newsletter.console.frame.presentation.listing import (
    Column,
    Listing,
    RowReader,
    file_of_people,
)
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import form, page
from newsletter.feedback import store
from newsletter.http.path_params import number_in
from newsletter.queries import feedback as queries
from newsletter.queries.feedback import EventView
from newsletter.staff.permissions import Permission
from newsletter.transports.events import EventKind

FILTERS = ("kind", "edition")
# What each kind is called, and the look of its badge.
KINDS = {
    EventKind.HARD: ("Address does not exist", "bad"),
    EventKind.SOFT: ("Refused for now", "wait"),
    EventKind.FULL: ("Mailbox full", "wait"),
    EventKind.BLOCKED: ("Refused because of us", "bad"),
    EventKind.COMPLAINT: ("Called spam", "bad"),
    EventKind.UNSUBSCRIBE: ("Left", "off"),
    EventKind.AUTOREPLY: ("Automatic reply", "off"),
    EventKind.DELAYED: ("Delayed", "wait"),
    EventKind.SUCCESS: ("Arrived", "good"),
    EventKind.UNKNOWN: ("Not understood", "off"),
}
COLUMNS = [
    Column[EventView](name="Address", value=lambda event: event.address or event.domain),
    Column[EventView](name="When", value=lambda event: event.at, sort="when"),
    Column[EventView](name="Kind", value=lambda event: _kind_and_then(event)),
    Column[EventView](name="Reply", value=lambda event: event.reason or event.status),
    Column[EventView](name="Edition", value=lambda event: event.edition or "", is_number=True),
]
MAX_SHOWN = 16 * 1024


class Undoing(BaseModel):
    """The form."""

    because: OneLine


def then(event: EventView) -> str:
    """What followed, in words."""
    if event.undone_at:
        return f"Undone: {event.undone_because}"
    return "No more mail to this address" if event.suppressed else ""


def _kind_and_then(event: EventView) -> str:
    return ". ".join(filter(None, (KINDS[event.kind][0], then(event))))


def list_(request: ConsoleRequest) -> Response:
    """What came back, newest first."""
    listing, events = _events(request)
    shown = events(listing.after_number, listing.limit)
    table = listing.table(COLUMNS, shown, key=lambda event: event.number)
    names = [(kind.value, name) for kind, (name, _) in KINDS.items()]
    context = {"table": table, "names": names, "kinds": KINDS, "then": then}
    return request.page("feedback/list.html", context)


def list_file(request: ConsoleRequest) -> Response:
    """The whole list as CSV."""
    listing, events = _events(request)
    return listing.people_file("bounces.csv", COLUMNS, events, key=lambda event: event.number)


def _events(request: ConsoleRequest) -> tuple[Listing, RowReader[EventView]]:
    listing = Listing.of(request, filters=FILTERS, sorts=("-when",), holds_people=True)
    kind, number = listing.filter("kind"), listing.filter("edition")

    def events(after: int | None, limit: int) -> Sequence[EventView]:
        with request.database.read() as session:
            return queries.events(
                session,
                kinds=[EventKind(kind)] if kind in set(EventKind) else (),
                edition=number_in(number),
                after=after,
                oldest_first=listing.is_ascending,
                limit=limit,
            )

    return listing, events


def show(request: ConsoleRequest) -> Response:
    """One event, with what arrived."""
    number = request.number("number")
    with request.database.read() as session:
        store.by_id(session, number)
        event = queries.events(session, kinds=tuple(EventKind), after=number + 1, limit=1)[0]
        evidence = store.find_evidence(session, number)
    arrived = evidence.content[:MAX_SHOWN].decode("utf-8", "replace") if evidence else ""
    context = {
        "event": event,
        "kinds": KINDS,
        "then": then(event),
        "recipient": (evidence and evidence.recipient) or event.address or "",
        "arrived": arrived,
        "form": request.fields(because=""),
    }
    return request.page("feedback/event.html", context)


def undo(request: ConsoleRequest) -> Response:
    """Lift the suppression that followed."""
    number = request.number("number")
    form = request.read(Undoing)
    feedback.undo(request.context, request.actor, number, form.because)
    return request.redirect(f"/feedback/{number}", "Mail goes to this address again.")


ROUTES = [
    page("/feedback", Permission.PEOPLE, list_),
    file_of_people("/feedback", list_file),
    page("/feedback/{number:int}", Permission.PEOPLE, show),
    form("/feedback/{number:int}/undo", Permission.PEOPLE, undo, again=show),
]
