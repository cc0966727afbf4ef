"""The digests, each with its schedule in words, and a calendar of the coming runs."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter.console.digests.month import asked_month, month_view
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import page
from newsletter.editions import store
from newsletter.editions.coming import store as coming
from newsletter.editions.digests.schedule import in_words
from newsletter.editions.digests.upcoming import coming_run
from newsletter.queries.editions.calendar import calendar_between
from newsletter.staff.permissions import Permission


@dataclass(frozen=True, kw_only=True)
class DigestLine:
    """A digest in the list."""

    name: str
    title: str
    schedule: str
    next_at: datetime | None
    stories: int
    """New ones, for the coming edition and later ones."""
    is_held: bool


def list_(request: ConsoleRequest) -> Response:
    """All digests of the configuration, and a month: "?month=2026-12"."""
    config, now, zone = request.config, request.now, ZoneInfo(request.config.site.timezone)
    month = asked_month(request.query.get("month", ""), now, zone)
    with request.database.read() as session:
        entries = calendar_between(session, config, *month.bounds(zone), now)
        context = {
            "digests": [_line(request, session, name) for name in config.digests],
            "view": month_view(month, entries, now, zone),
        }
    return request.page("digests/list.html", context)


def _line(request: ConsoleRequest, session: Session, name: str) -> DigestLine:
    config, now = request.config, request.now
    options = config.digests[name]
    run, changed = coming_run(session, config, name, now), coming.find(session, name)
    arrangement = coming.arrangement_of(changed)
    _, stories = store.candidates(session, name, options, now, arrangement)
    return DigestLine(
        name=name,
        title=options.name,
        schedule=in_words(options.schedule, config.zone_of(options)),
        next_at=run.at if run else None,
        stories=stories,
        is_held=changed is not None and changed.is_held,
    )


ROUTES = [page("/digests", Permission.READ, list_)]
