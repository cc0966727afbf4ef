"""Sign-up as JSON, for applications and scripts of any origin (CORS).

GET returns the choices and the consent wording to show; POST names the version of that wording.
"""

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from newsletter.errors import InvalidInput
from newsletter.http.client_address import address_of, networks_of
from newsletter.http.rate_limit import all_allowed
from newsletter.printable import printable
from newsletter.web.account.preference_form import Submitted, form_choices, validated
from newsletter.web.account.signup import accepted_address, sign_up_in_constant_time
from newsletter.web.account.signup_page import TOO_OFTEN, open_site
from newsletter.web.state import SiteState
from subscribers.consent import version_of

SOURCE = "JSON endpoint"
EXPECTED = "send a JSON object, such as {“address”: “ann@example.org”}"
KEYS = {"address", "name", "topics", "digests", "frequency", "language", "wording"}
# Without cookies, any origin may be allowed.
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Content-Type",
    "Cache-Control": "no-store",
}


async def subscribe(request: Request) -> Response:
    """GET returns the choices; POST signs up."""
    site = open_site(request)
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=HEADERS)
    if request.method != "POST":
        return _answer(await run_in_threadpool(_choices, site))
    if not all_allowed(site.signup_limit, networks_of(request)):
        return _answer({"error": TOO_OFTEN}, 429)
    try:
        payload = await _read(request)
        address = accepted_address(site, _text(payload, "address"))
        wishes = validated(_chosen(payload), site.config)
    except InvalidInput as error:
        return _answer({"error": str(error)}, 400)
    if _text(payload, "wording") != _version(site):
        words = "show the words that GET gives, and send their version as “wording”"
        return _answer({"error": words, "wording": _wording(site)}, 409)
    network = address_of(request)
    await sign_up_in_constant_time(site, address, wishes, source=SOURCE, network=network)
    return _answer({"status": "asked", "address": address}, 202)


def _answer(content: Any, status: int = 200) -> Response:
    return JSONResponse(content, status, HEADERS)


def _choices(site: SiteState) -> dict[str, Any]:
    with site.services.database.read() as session:
        offered = form_choices(site.config, session)
    return {
        "wording": _wording(site),
        "topics": {topic.slug: topic.name for topic in offered["topics"] if topic.count},
        "digests": offered["digests"],
        "frequencies": {kind.value: words for kind, words in offered["frequencies"].items()},
        "languages": offered["languages"],
    }


def _wording(site: SiteState) -> dict[str, str]:
    return {"text": site.config.joining.wording, "version": _version(site)}


def _version(site: SiteState) -> str:
    options = site.config.joining
    return options.wording_version or version_of(options.wording)


async def _read(request: Request) -> dict[str, Any]:
    body = await request.body()
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(EXPECTED) from error
    if not isinstance(payload, dict):
        raise InvalidInput(EXPECTED)
    if unknown := set(payload) - KEYS:
        # Names may hold half characters, which an answer cannot.
        names = printable(", ".join(sorted(unknown)))
        raise InvalidInput(f"unknown: {names}; known: {', '.join(sorted(KEYS))}")
    return payload


def _chosen(payload: dict[str, Any]) -> Submitted:
    return Submitted(
        name=_text(payload, "name"),
        topics=_texts(payload, "topics"),
        digests=_texts(payload, "digests"),
        frequency=_text(payload, "frequency") or Submitted().frequency,
        language=_text(payload, "language"),
    )


def _text(payload: dict[str, Any], key: str) -> str:
    value = payload.get(key, "")
    if not isinstance(value, str):
        raise InvalidInput(f"{key} must be a text")
    return value


def _texts(payload: dict[str, Any], key: str) -> tuple[str, ...]:
    value = payload.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise InvalidInput(f"{key} must be a list of texts")
    return tuple(value)


ROUTES = [Route("/subscribe.json", subscribe, methods=["GET", "POST", "OPTIONS"])]
