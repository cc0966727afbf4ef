"""The list of segments, and those whom an expression means."""

from starlette.responses import Response

from newsletter.console.frame.presentation.listing import Column, Listing, pages_of
from newsletter.console.frame.presentation.words import in_list
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import page
from newsletter.queries import segments as queries
from newsletter.staff.permissions import Permission
from subscribers.models import Segment
from subscribers.segments import store
from subscribers.segments.lexing import MAX_CHARACTERS


def list_(request: ConsoleRequest) -> Response:
    """All segments, on one page: they are written by hand, and few."""
    with request.database.read() as session:
        segments = sorted(store.every(session), key=lambda segment: segment.name)
        uses = queries.uses(session, request.config)
    listing = Listing.of(request, filters=("q",), sorts=("name",), page_size=len(segments) or 1)
    words = listing.filter("q").lower()
    matching = [one for one in segments if words in f"{one.name} {one.expression}".lower()]
    if not listing.is_ascending:
        matching.reverse()
    columns = [
        Column[Segment](name="Segment", value=lambda segment: segment.name, sort="name"),
        Column[Segment](name="Who is meant", value=lambda segment: segment.expression),
        Column[Segment](name="Used by", value=lambda segment: in_list(uses.get(segment.name, []))),
    ]
    if listing.wants_csv:
        place = matching.index
        return listing.csv("segments.csv", columns, pages_of(matching, place), key=place)
    context = {"table": listing.table(columns, matching), "uses": uses}
    return request.page("segments/list.html", context)


def meant(request: ConsoleRequest) -> Response:
    """How many an expression means, and for those who may see people twenty of them.

    A part of a page, or a page of its own.
    """
    text = request.query.get("text", "")[: MAX_CHARACTERS + 1]
    with request.database.read() as session:
        evaluation = queries.evaluation(session, request.config, request.now)
        may_see = request.may(Permission.PEOPLE) and request.query.get("sample") != "no"
        context = {
            "count": store.count(session, text, evaluation),
            "sample": queries.sample(session, text, evaluation) if may_see else None,
            "text": text,
        }
    is_part = request.query.get("part") == "yes"
    return request.page("segments/_meant.html" if is_part else "segments/meant.html", context)


ROUTES = [
    page("/segments", Permission.READ, list_),
    page("/segments/meant", Permission.READ, meant),
]
