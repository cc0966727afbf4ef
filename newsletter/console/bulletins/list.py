"""The bulletins: those being written, and those that were sent."""

from collections.abc import Sequence

from starlette.responses import Response

from newsletter.actions import bulletins
from newsletter.console.frame.presentation.listing import Column, Listing
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import form, page
from newsletter.editions.bulletins import store
from newsletter.editions.bulletins.models import SavedBulletin
from newsletter.editions.models import Edition
from newsletter.queries.audit import who_is
from newsletter.staff import store as staff
from newsletter.staff.permissions import Permission

Row = tuple[SavedBulletin, Edition | None]
COLUMNS = [
    Column[Row](name="Number", value=lambda row: row[0].id, sort="number"),
    Column[Row](name="Subject", value=lambda row: row[0].subject),
    Column[Row](name="Changed", value=lambda row: row[0].changed_at),
    Column[Row](name="By", value=lambda row: ", ".join(row[0].authors)),
    Column[Row](name="State", value=lambda row: row[1].state.value if row[1] else "draft"),
]


def list_(request: ConsoleRequest) -> Response:
    """The newest first."""
    listing = Listing.of(request, filters=("which",), sorts=("-number",))

    def rows(after: int | None, limit: int) -> Sequence[Row]:
        with request.database.read() as session:
            return store.page(
                session,
                open_only=listing.filter("which") == "open",
                limit=limit,
                after=after,
                oldest_first=listing.is_ascending,
            )

    if listing.wants_csv:
        return listing.csv("bulletins.csv", COLUMNS, rows, key=lambda row: row[0].id)
    shown = rows(listing.after_number, listing.limit)
    table = listing.table(COLUMNS, shown, key=lambda row: row[0].id)
    with request.database.read() as session:
        names = staff.names(session)

    def by(bulletin: SavedBulletin) -> list[str]:
        return [who_is(author, names) for author in bulletin.authors]

    return request.page("bulletins/list.html", {"table": table, "by": by})


def copy(request: ConsoleRequest) -> Response:
    made = bulletins.copy(request.context, request.actor, request.number())
    return request.redirect(f"/bulletins/{made}", "This is the copy.")


def discard(request: ConsoleRequest) -> Response:
    bulletins.discard(request.context, request.actor, request.number())
    return request.redirect("/bulletins", "The draft is deleted.")


ROUTES = [
    page("/bulletins", Permission.READ, list_),
    form("/bulletins/{number:int}/copy", Permission.WRITE, copy),
    form("/bulletins/{number:int}/discard", Permission.WRITE, discard),
]
