"""Joining by a form: the page on the site, and the same form to stand on any other page.

A form carries a mark of the words that it showed, so that the ledger of consent never says that
she agreed to others: one opened long ago, or without a mark, is shown again with what she entered.
"""

from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.errors import InvalidInput, ResourceNotFound, TokenError
from newsletter.web.account.client_address import address_of, networks_of
from newsletter.web.account.preference_form import (
    MOST_FIELDS,
    Chosen,
    checked,
    chosen_in,
    offers,
)
from newsletter.web.account.rate_limit import are_allowed
from newsletter.web.account.signup import enter_in_step, in_step, welcome_address
from newsletter.web.middleware.headers import TOKEN_HEADERS
from newsletter.web.state import SiteState, site_of

# Filled in by programs only: people never see it.
TRAP = "website"
SOURCE = "form on the site"
TOO_OFTEN = "That was very often in a short time. Please try again in an hour."
OUTLIVED = "This form had been open for a long time. Please look it over and press once more."


@dataclass(frozen=True, kw_only=True)
class Filled:
    """What was entered into the form."""

    address: str = ""
    chosen: Chosen = field(default_factory=Chosen)


async def subscribe(request: Request) -> Response:
    """The form, or what pressing its button does."""
    site = open_site(request)
    if request.method != "POST":
        asked = Filled(chosen=Chosen(topics=tuple(request.query_params.getlist("topic"))))
        return await run_in_threadpool(_form, site, asked)
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as form:
        filled, mark = _filled(form), str(form.get("form", ""))
        is_trapped = bool(form.get(TRAP))
    if not are_allowed(site.joins, networks_of(request)):
        return await run_in_threadpool(_form, site, filled, TOO_OFTEN, 429)
    try:
        address = welcome_address(site, filled.address)
        wishes = checked(filled.chosen, site.config)
        site.form_marks.check(mark, site.services.clock.now())
    except InvalidInput as error:
        return await run_in_threadpool(_form, site, filled, str(error), 400)
    except TokenError:
        return await run_in_threadpool(_form, site, filled, OUTLIVED, 200)
    if is_trapped:
        await in_step(monotonic())
    else:
        await enter_in_step(site, address, wishes, source=SOURCE, network=address_of(request))
    return site.views.page("asked.html", {"address": address}, headers=TOKEN_HEADERS)


async def snippet(request: Request) -> Response:
    """The form as plain HTML to be copied onto another page, and how it looks."""
    site = open_site(request)
    context = await run_in_threadpool(_context, site, Filled())
    context["mark"] = site.form_marks.make_standing()
    return site.views.page("snippet.html", context)


def open_site(request: Request) -> SiteState:
    """The site, where people can join by themselves.

    Raises:
        ResourceNotFound: they cannot.
    """
    site = site_of(request)
    if not site.config.joining.is_open:
        raise ResourceNotFound("nobody can join by herself here")
    return site


def _form(site: SiteState, filled: Filled, problem: str = "", status: int = 200) -> Response:
    context = _context(site, filled) | {"problem": problem}
    return site.views.page("subscribe.html", context, status, {"Cache-Control": "no-store"})


def _context(site: SiteState, filled: Filled) -> dict[str, Any]:
    with site.services.database.read() as session:
        return {
            **offers(site.config, session),
            "filled": filled,
            "chosen": filled.chosen,
            "wording": site.config.joining.wording,
            "mark": site.form_marks.make(site.services.clock.now()),
            "trap": TRAP,
        }


def _filled(form: FormData) -> Filled:
    address = str(form.get("address", ""))[:300].strip()
    return Filled(address=address, chosen=chosen_in(form.getlist))


ROUTES = [
    Route("/subscribe", subscribe, methods=["GET", "POST"]),
    Route("/subscribe/form", snippet, methods=["GET"]),
]
