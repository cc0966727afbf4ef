"""Health of recipient domains: what came back from each in the last 30 days."""

from datetime import timedelta

from starlette.responses import Response

from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import page
from newsletter.queries import feedback as queries
from newsletter.staff.permissions import Permission

DAYS = 30


def show(request: ConsoleRequest) -> Response:
    """Domains and transports, the most bounces first."""
    since = request.now - timedelta(days=DAYS)
    with request.database.read() as session:
        domains = queries.tallies(session, "domain", since)
        transports = queries.tallies(session, "transport", since)
    context = {"domains": domains, "transports": transports, "days": DAYS}
    return request.page("feedback/domains.html", context)


ROUTES = [page("/feedback/domains", Permission.READ, show)]
