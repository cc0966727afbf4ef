"""The people that a list shows as a CSV file, for those who may take them out."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from newsletter.actions import subscribers as actions
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Threads, form, page
from newsletter.queries import segments as segment_queries
from newsletter.staff.permissions import Permission
from subscribers import exporting
from subscribers.models import SubscriberStatus
from subscribers.search import conditions
from subscribers.segments import store as segments

FILTERS = ("q", "status", "segment")


def export_page(request: ConsoleRequest) -> Response:
    """What the file will hold, and the button."""
    asked = {name: request.query.get(name, "") for name in FILTERS}
    words = {"q": "in their address or name", "status": "as their state", "segment": "as segment"}
    shown = [(asked[name], words[name]) for name in FILTERS if asked[name]]
    return request.page("people/export.html", {"filters": shown, **asked})


def export(request: ConsoleRequest) -> Response:
    """The file; it is deleted as soon as it has been sent."""
    asked = {name: str(request.form.get(name, "")) for name in FILTERS}
    status = asked["status"] if asked["status"] in set(SubscriberStatus) else ""
    within = None
    if asked["segment"]:
        with request.database.read() as session:
            context = segment_queries.evaluation(session, request.config, request.now)
            expression = segments.by_name(session, asked["segment"]).expression
            within = segments.members(expression, context)
    where = conditions(
        status=SubscriberStatus(status) if status else None, within=within, words=asked["q"]
    )
    # mkdtemp makes folders for their owner alone.
    folder = TemporaryDirectory(prefix="newsletter-export-")
    path = Path(folder.name) / "people.csv"
    try:
        actions.export(request.context, request.actor, where, partial(_write, path))
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(
        path,
        media_type="text/csv; charset=utf-8",
        filename="people.csv",
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(folder.cleanup),
    )


def _write(path: Path, rows: Iterable[actions.Row]) -> int:
    with path.open("w", encoding="utf-8", newline="") as file:
        return exporting.write_csv(file, rows)


ROUTES = [
    page("/people/export", Permission.BULK_PEOPLE, export_page, needs_proof=True),
    form(
        "/people/export",
        Permission.BULK_PEOPLE,
        export,
        threads=Threads.SLOW,
        needs_proof=True,
    ),
]
