"""The list of editions: being sent, and sent."""

from collections.abc import Sequence

from starlette.responses import Response

from newsletter.console.frame.presentation.listing import Column, Listing
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import page
from newsletter.editions.models import Edition, EditionState
from newsletter.queries.editions.pages import page as editions_page
from newsletter.staff.permissions import Permission

COLUMNS = [
    Column[Edition](name="Number", value=lambda edition: edition.id),
    Column[Edition](name="Subject", value=lambda edition: edition.subject or edition.title),
    Column[Edition](name="What", value=lambda edition: edition.title),
    Column[Edition](name="When", value=lambda edition: edition.send_at, sort="when"),
    Column[Edition](name="State", value=lambda edition: edition.state.value),
    Column[Edition](name="People", value=lambda edition: edition.audience, is_number=True),
]
STATES = (
    (EditionState.DRAFT, "Awaits approval"),
    (EditionState.QUEUED, "Waiting"),
    (EditionState.SENDING, "Sending"),
    (EditionState.PAUSED, "Paused"),
    (EditionState.STOPPED, "Stopped"),
    (EditionState.SENT, "Sent"),
    (EditionState.CANCELLED, "Cancelled"),
    (EditionState.EMPTY, "Empty"),
    (EditionState.SKIPPED, "Left out"),
    (EditionState.MISSED, "Missed"),
)


def list_(request: ConsoleRequest) -> Response:
    """The newest first."""
    listing = Listing.of(request, filters=("state", "what"), sorts=("-when",))
    state_values = {state.value for state, _ in STATES}
    state = listing.filter("state")

    def rows(after: int | None, limit: int) -> Sequence[Edition]:
        with request.database.read() as session:
            return editions_page(
                session,
                state=EditionState(state) if state in state_values else None,
                digest=listing.filter("what"),
                limit=limit,
                after=after,
                oldest_first=listing.is_ascending,
            )

    if listing.wants_csv:
        return listing.csv("editions.csv", COLUMNS, rows, key=lambda edition: edition.id)
    shown = rows(listing.after_number, listing.limit)
    table = listing.table(COLUMNS, shown, key=lambda edition: edition.id)
    kinds = [(name, options.name) for name, options in request.config.digests.items()]
    context = {"table": table, "states": STATES, "kinds": [*kinds, ("bulletin", "Bulletins")]}
    return request.page("editions/list.html", context)


ROUTES = [page("/editions", Permission.READ, list_)]
