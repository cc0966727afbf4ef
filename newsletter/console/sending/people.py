"""The audience of a mail by name: who gets it and who does not."""

from collections.abc import Sequence
from functools import partial

from starlette.responses import Response

from newsletter.console.frame.presentation.listing import (
    Column,
    Listing,
    RowReader,
    file_of_people,
)
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import ConsoleRoute, live, page
from newsletter.console.sending.counts import audience_html, audience_part
from newsletter.console.sending.subjects import PATHS, EditionSubject, Noun, subject_of
from newsletter.delivery.dry_run import audience_of
from newsletter.queries.editions.recipients import RECIPIENTS, EditionPerson, people_by_reason
from newsletter.staff.permissions import Permission

COLUMNS = [
    Column[EditionPerson](name="Address", value=lambda person: person.address),
    Column[EditionPerson](name="Name", value=lambda person: person.name),
]


def people(noun: Noun, request: ConsoleRequest) -> Response:
    """The numbers, and the people behind the one that is chosen; its mails once they are made."""
    subject, listing, rows = _audience(noun, request)
    if subject.has_left:
        return request.redirect(f"/editions/{subject.stored}/answers", state="sent")
    shown = rows(listing.after_number, listing.limit)
    table = listing.table(COLUMNS, shown, key=lambda person: person.number)
    with request.database.read() as session:
        audience = audience_part(request, session, subject)
    reason = _reason(listing)
    context = {"subject": subject, "table": table, "audience": audience, "reason": reason}
    return request.page("sending/people.html", context)


def people_file(noun: Noun, request: ConsoleRequest) -> Response:
    """The people behind the number that is chosen, as CSV."""
    _, listing, rows = _audience(noun, request)
    name = f"people-{_reason(listing)}.csv"
    return listing.people_file(name, COLUMNS, rows, key=lambda person: person.number)


def _audience(
    noun: Noun, request: ConsoleRequest
) -> tuple[EditionSubject, Listing, RowReader[EditionPerson]]:
    listing = Listing.of(request, filters=("reason",), holds_people=True)
    with request.database.read() as session:
        subject = subject_of(request, session, noun)

    def rows(after: int | None, limit: int) -> Sequence[EditionPerson]:
        with request.database.read() as session:
            return people_by_reason(
                session,
                subject.proof.composition,
                _reason(listing),
                request.now,
                limit=limit,
                after=after or 0,
            )

    return subject, listing, rows


def _reason(listing: Listing) -> str:
    return listing.filter("reason") or RECIPIENTS


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
        file_of_people(f"{path}/people", partial(people_file, noun)),
        live(f"{path}/people/live", Permission.READ, partial(count_live, noun)),
    )


ROUTES = [route for noun in Noun for route in _routes(noun)]
