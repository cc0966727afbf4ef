"""Today: what needs a person now, what goes out, and what went out."""

from starlette.responses import Response

from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import page
from newsletter.queries import today as queries
from newsletter.staff.permissions import Permission


def today(request: ConsoleRequest) -> Response:
    """The first page."""
    with request.database.read() as session:
        context = {
            "needing": queries.needing_a_person(session),
            "under_way": queries.under_way(session),
            "latest": queries.latest(session),
        }
    return request.page("today/today.html", context)


ROUTES = [page("/", Permission.READ, today)]
