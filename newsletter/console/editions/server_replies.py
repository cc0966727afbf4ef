"""Single deliveries of an edition: the server's words, and what to do."""

from collections.abc import Sequence

from starlette.responses import Response

from newsletter.console.frame.presentation.listing import Column, Listing
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import page
from newsletter.delivery.ledger.models import DeliveryState
from newsletter.editions import store
from newsletter.queries.edition_answers import (
    DeliveryAnswer,
    answers_by_domain,
    deliveries_in,
)
from newsletter.staff.permissions import Permission

COLUMNS = [
    Column[DeliveryAnswer](name="Address", value=lambda one: one.address),
    Column[DeliveryAnswer](name="Name", value=lambda one: one.name),
    Column[DeliveryAnswer](name="Answer", value=lambda one: one.words),
    Column[DeliveryAnswer](name="What to do", value=lambda one: one.advice),
    Column[DeliveryAnswer](name="When", value=lambda one: one.settled_at),
    Column[DeliveryAnswer](
        name="Mail", value=lambda one: one.number, sort="number", is_number=True
    ),
]
STATES = (
    (DeliveryState.FAILED, "Failed"),
    (DeliveryState.UNCERTAIN, "Doubtful"),
    (DeliveryState.DEFERRED, "Tried again later"),
    (DeliveryState.SKIPPED, "Left out"),
    (DeliveryState.SENT, "Sent"),
    (DeliveryState.QUEUED, "Waiting"),
)


def answers(request: ConsoleRequest) -> Response:
    """The deliveries in one state."""
    number = request.number()
    listing = Listing.of(request, filters=("state",), sorts=("number", "-number"))
    asked = listing.filter("state")
    state = next((s for s, _ in STATES if s == asked), DeliveryState.FAILED)
    with request.database.read() as session:
        edition = store.by_id(session, number)

    def rows(after: int | None, limit: int) -> Sequence[DeliveryAnswer]:
        with request.database.read() as session:
            return deliveries_in(
                session,
                number,
                state,
                limit=limit,
                after=after,
                newest_first=not listing.is_ascending,
            )

    if listing.wants_csv:
        name = f"edition-{number}-{state.value}.csv"
        return listing.csv(name, COLUMNS, rows, key=lambda one: one.number)
    shown = rows(listing.after_number, listing.limit)
    table = listing.table(COLUMNS, shown, key=lambda one: one.number)
    context = {"edition": edition, "table": table, "state": state, "states": STATES}
    return request.page("editions/answers.html", context)


def domains(request: ConsoleRequest) -> Response:
    """The answers by the recipients' domains."""
    number = request.number()
    with request.database.read() as session:
        context = {
            "edition": store.by_id(session, number),
            "domains": answers_by_domain(session, number, limit=100),
        }
    return request.page("editions/domains.html", context)


ROUTES = [
    page("/editions/{number:int}/answers", Permission.PEOPLE, answers),
    page("/editions/{number:int}/domains", Permission.READ, domains),
]
