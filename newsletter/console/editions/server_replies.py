"""Single deliveries of an edition: the server's words, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from newsletter.console.editions.edition import is_counted_later
from newsletter.console.frame.presentation.listing import (
    Column,
    Listing,
    RowReader,
    file_of_people,
)
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import page
from newsletter.delivery.ledger.models import DeliveryState
from newsletter.editions import store
from newsletter.editions.models import Edition
from newsletter.queries.editions.answers import (
    DeliveryAnswer,
    answers_by_domain,
    deliveries_in,
)
from newsletter.staff.permissions import Permission

ANSWERS = "/editions/{number:int}/answers"
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


@dataclass(frozen=True, kw_only=True)
class _Deliveries:
    """The deliveries of an edition in the state that is asked for."""

    edition: Edition
    state: DeliveryState
    listing: Listing
    rows: RowReader[DeliveryAnswer]


def answers(request: ConsoleRequest) -> Response:
    """The deliveries in one state."""
    asked = _deliveries(request)
    shown = asked.rows(asked.listing.after_number, asked.listing.limit)
    table = asked.listing.table(COLUMNS, shown, key=lambda one: one.number)
    context = {"edition": asked.edition, "table": table, "state": asked.state, "states": STATES}
    return request.page("editions/answers.html", context)


def answers_file(request: ConsoleRequest) -> Response:
    """All of them as CSV."""
    asked = _deliveries(request)
    name = f"edition-{asked.edition.id}-{asked.state.value}.csv"
    return asked.listing.people_file(name, COLUMNS, asked.rows, key=lambda one: one.number)


def _deliveries(request: ConsoleRequest) -> _Deliveries:
    number = request.number()
    listing = Listing.of(
        request, filters=("state",), sorts=("number", "-number"), holds_people=True
    )
    state = next((s for s, _ in STATES if s == listing.filter("state")), DeliveryState.FAILED)
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

    return _Deliveries(edition=edition, state=state, listing=listing, rows=rows)


def domains(request: ConsoleRequest) -> Response:
    """The answers by the recipients' domains, or, with `part`, their table alone."""
    number = request.number()
    with request.database.read() as session:
        edition = store.by_id(session, number)
        is_late = is_counted_later(request, edition)
        found = None if is_late else answers_by_domain(session, number, limit=100)
    is_part = request.query.get("part") == "yes"
    name = "_domains" if is_part else "domains"
    return request.page(f"editions/{name}.html", {"edition": edition, "domains": found})


ROUTES = [
    page(ANSWERS, Permission.PEOPLE, answers),
    file_of_people(ANSWERS, answers_file),
    page("/editions/{number:int}/domains", Permission.READ, domains),
]
