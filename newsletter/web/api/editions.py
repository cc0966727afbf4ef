"""GET /api/editions: what was sent, and what became of it in numbers."""

from typing import Any

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.routing import Route

from newsletter.delivery.ledger import store as ledger_store
from newsletter.editions import store
from newsletter.errors import ResourceNotFound
from newsletter.http.path_params import number_in
from newsletter.queries.editions.as_json import edition_json
from newsletter.queries.editions.pages import page
from newsletter.staff.actors import Actor
from newsletter.staff.permissions import Permission
from newsletter.web.api.keys import PREFIX, endpoint
from newsletter.web.state import SiteState

PAGE_SIZE = 50


async def list_(site: SiteState, _actor: Actor, request: Request) -> list[dict[str, Any]]:
    """The newest fifty, or those below the number `below` of the address."""
    below = number_in(request.query_params.get("below", ""))
    return await run_sync(_page, site, below, limiter=site.api_threads)


async def show(site: SiteState, _actor: Actor, request: Request) -> dict[str, Any]:
    """One edition, with its deliveries by state: they add up to its audience."""
    number = number_in(request.path_params["number"])
    if number is None:
        raise ResourceNotFound("write an edition's number at the end of the address")
    return await run_sync(_one, site, number, limiter=site.api_threads)


def _page(site: SiteState, below: int | None) -> list[dict[str, Any]]:
    with site.services.database.read() as session:
        editions = page(session, state=None, digest="", limit=PAGE_SIZE, after=below)
        return [edition_json(edition) for edition in editions]


def _one(site: SiteState, number: int) -> dict[str, Any]:
    with site.services.database.read() as session:
        try:
            edition = store.by_id(session, number)
        except ResourceNotFound as error:
            raise ResourceNotFound(
                f"there is no edition {number}; GET {PREFIX}editions lists them"
            ) from error
        return edition_json(edition, ledger_store.counts(session, number))


ROUTES = [
    Route(PREFIX + "editions", endpoint(Permission.READ, list_), methods=["GET"]),
    Route(PREFIX + "editions/{number}", endpoint(Permission.READ, show), methods=["GET"]),
]
