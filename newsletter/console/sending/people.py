"""The audience of a mail by name: who gets it and who does not."""

from collections.abc import Sequence
from functools import partial

from starlette.responses import Response

from newsletter.console.frame.presentation.listing import Column, Listing
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import ConsoleRoute, live, page
from newsletter.console.sending.counts import audience_html, audience_part
from newsletter.console.sending.subjects import PATHS, Noun, subject_of
from newsletter.delivery.dry_run import audience_of
from newsletter.queries.edition_people import RECIPIENTS, EditionPerson, people_by_reason
from newsletter.staff.permissions import Permission

COLUMNS = [
    Column[EditionPerson](name="Address", value=lambda person: person.address),
    Column[EditionPerson](name="Name", value=lambda person: person.name),
]


def people(noun: Noun, request: ConsoleRequest) -> Response:
    """The numbers, and the people behind the one that is chosen."""
    listing = Listing.of(request, filters=("reason",))
    reason = listing.filter("reason") or RECIPIENTS
    with request.database.read() as session:
        subject = subject_of(request, session, noun)

    def rows(after: int | None, limit: int) -> Sequence[EditionPerson]:
        with request.database.read() as session:
            composition = subject.proof.composition
            return people_by_reason(
                session, composition, reason, request.now, limit=limit, after=after or 0
            )

    if listing.wants_csv:
        return listing.csv("people.csv", COLUMNS, rows, key=lambda person: person.number)
    shown = rows(listing.after_number, listing.limit)
    table = listing.table(COLUMNS, shown, key=lambda person: person.number)
    with request.database.read() as session:
        audience = audience_part(request, session, subject)
    context = {"subject": subject, "table": table, "audience": audience, "reason": reason}
    return request.page("sending/people.html", context)


def count_live(noun: Noun, request: ConsoleRequest) -> str | None:
    """The numbers for a page that is there already."""
    if getattr(request.http.state, "is_counted", False):
        return None
    request.http.state.is_counted = True
    with request.database.read() as session:
        subject = subject_of(request, session, noun)
        counts = audience_of(session, subject.proof.composition, request.now)
    return audience_html(request, subject, counts)


def _routes(noun: Noun) -> Sequence[ConsoleRoute]:
    path = PATHS[noun]
    return (
        page(f"{path}/people", Permission.PEOPLE, partial(people, noun)),
        live(f"{path}/people/live", Permission.READ, partial(count_live, noun)),
    )


ROUTES = [route for noun in Noun for route in _routes(noun)]
