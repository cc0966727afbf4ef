"""The list of people, found by part of an address or name, by status or by segment."""

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter.console.frame.presentation.listing import Column, Listing
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import page
from newsletter.console.people.wording import STATUSES
from newsletter.queries import people as queries
from newsletter.queries import segments as segment_queries
from newsletter.staff.permissions import Permission
from subscribers import store
from subscribers.models import Subscriber, SubscriberStatus
from subscribers.search import page as found_page
from subscribers.segments import store as segments

FILTERS = ("q", "status", "segment")
COLUMNS = [
    Column[Subscriber](name="Person", value=lambda person: person.address),
    Column[Subscriber](name="State", value=lambda person: person.status),
    Column[Subscriber](name="Here since", value=lambda person: person.joined_at, sort="since"),
]
# The erased have neither address nor name to be found by.
LISTED = tuple(status for status in STATUSES if status is not SubscriberStatus.ERASED)


def status_of(listing: Listing) -> SubscriberStatus | None:
    """The status that is asked for; None: any."""
    asked = listing.filter("status")
    return SubscriberStatus(asked) if asked in set(LISTED) else None


def segment_of(
    request: ConsoleRequest, session: Session, listing: Listing
) -> ColumnElement[bool] | None:
    """The condition of the segment that is asked for; None: everybody.

    Raises:
        ResourceNotFound: there is no such segment.
    """
    if not (name := listing.filter("segment")):
        return None
    context = segment_queries.evaluation(session, request.config, request.now)
    return segments.members(segments.by_name(session, name).expression, context)


def list_(request: ConsoleRequest) -> Response:
    """A page of people; whoever types a whole address is taken to the person."""
    listing = Listing.of(request, filters=FILTERS, sorts=("-since",))
    words = listing.filter("q")
    with request.database.read() as session:
        exact = queries.look_up(session, request.context.secret, words) if words else None
        if exact is not None and exact.number is not None:
            return request.redirect(f"/people/{exact.number}")
        rows = found_page(
            session,
            status=status_of(listing),
            within=segment_of(request, session, listing),
            words=words,
            limit=listing.page_size + 1,
            after=listing.after_number,
            oldest_first=listing.is_ascending,
        )
        context = {
            "table": listing.table(COLUMNS, rows, key=lambda person: person.id),
            "suppressed": queries.suppressed_among(session, rows),
            "exact": exact,
            "words": words,
            "statuses": STATUSES,
            "listed": [(status.value, STATUSES[status][0]) for status in LISTED],
            "segments": [(each.name, each.name) for each in segments.every(session)],
            "export_url": listing.url(after="").removeprefix(request.url("/people")),
        }
    return request.page("people/list.html", context)


def numbers(request: ConsoleRequest) -> Response:
    """How many people there are, by status; a part of the page, or a page of its own."""
    with request.database.read() as session:
        counts = store.count_by_status(session)
    shown = [(STATUSES[status][0], counts.get(status, 0)) for status in LISTED]
    is_part = request.query.get("part") == "yes"
    template = "people/_numbers.html" if is_part else "people/numbers.html"
    return request.page(template, {"counts": shown})


ROUTES = [
    page("/people", Permission.PEOPLE, list_),
    page("/people/numbers", Permission.PEOPLE, numbers),
]
