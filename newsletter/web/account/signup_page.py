"""Sign-up form: the page of the site, and the same form to embed elsewhere.

A form carries a signed token of the wording that it showed, so that no other wording is recorded as
agreed to. With an expired or missing token it is shown again with its values.
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
from newsletter.http.client_address import address_of, networks_of
from newsletter.http.middleware.headers import TOKEN_HEADERS
from newsletter.http.rate_limit import all_allowed
from newsletter.web.account.preference_form import (
    MAX_FIELDS,
    Submitted,
    form_choices,
    submitted_in,
    validated,
)
from newsletter.web.account.signup import (
    accepted_address,
    pad_response_time,
    sign_up_in_constant_time,
)
from newsletter.web.state import SiteState, site_of

# A hidden field that only bots fill in.
HONEYPOT = "website"
SOURCE = "form on the site"
TOO_OFTEN = "That was very often in a short time. Please try again in an hour."
FORM_EXPIRED = "This form had been open for a long time. Please look it over and press once more."


@dataclass(frozen=True, kw_only=True)
class SignupForm:
    """The submitted sign-up form."""

    address: str = ""
    chosen: Submitted = field(default_factory=Submitted)


async def subscribe(request: Request) -> Response:
    """GET shows the form; POST signs up."""
    site = open_site(request)
    if request.method != "POST":
        asked = SignupForm(chosen=Submitted(topics=tuple(request.query_params.getlist("topic"))))
        return await run_in_threadpool(_form, site, asked)
    async with request.form(max_files=0, max_fields=MAX_FIELDS) as form:
        entered, mark = _read_form(form), str(form.get("form", ""))
        is_honeypot_filled = bool(form.get(HONEYPOT))
    if not all_allowed(site.signup_limit, networks_of(request)):
        return await run_in_threadpool(_form, site, entered, TOO_OFTEN, 429)
    try:
        address = accepted_address(site, entered.address)
        wishes = validated(entered.chosen, site.config)
        site.form_tokens.check(mark, site.services.clock.now())
    except InvalidInput as error:
        return await run_in_threadpool(_form, site, entered, str(error), 400)
    except TokenError:
        return await run_in_threadpool(_form, site, entered, FORM_EXPIRED, 200)
    if is_honeypot_filled:
        await pad_response_time(monotonic())
    else:
        await sign_up_in_constant_time(
            site, address, wishes, source=SOURCE, network=address_of(request)
        )
    return site.views.page("asked.html", {"address": address}, headers=TOKEN_HEADERS)


async def snippet(request: Request) -> Response:
    """The form as HTML to embed in another page, with a preview."""
    site = open_site(request)
    context = await run_in_threadpool(_context, site, SignupForm())
    context["mark"] = site.form_tokens.make_permanent()
    return site.views.page("snippet.html", context)


def open_site(request: Request) -> SiteState:
    """The site, if sign-up is open.

    Raises:
        ResourceNotFound: it is not.
    """
    site = site_of(request)
    if not site.config.joining.is_open:
        raise ResourceNotFound("sign-up is closed here")
    return site


def _form(site: SiteState, entered: SignupForm, problem: str = "", status: int = 200) -> Response:
    context = _context(site, entered) | {"problem": problem}
    return site.views.page("subscribe.html", context, status, {"Cache-Control": "no-store"})


def _context(site: SiteState, entered: SignupForm) -> dict[str, Any]:
    with site.services.database.read() as session:
        return {
            **form_choices(site.config, session),
            "filled": entered,
            "chosen": entered.chosen,
            "wording": site.config.joining.wording,
            "mark": site.form_tokens.make(site.services.clock.now()),
            "trap": HONEYPOT,
        }


def _read_form(form: FormData) -> SignupForm:
    address = str(form.get("address", ""))[:300].strip()
    return SignupForm(address=address, chosen=submitted_in(form.getlist))


ROUTES = [
    Route("/subscribe", subscribe, methods=["GET", "POST"]),
    Route("/subscribe/form", snippet, methods=["GET"]),
]
