"""POST /api/articles: bring articles in, in any form that an import reads."""

from functools import partial
from typing import Any

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.actions import articles
from newsletter.articles.importers.base import ImportContext
from newsletter.articles.importers.format_detection import FORMATS
from newsletter.articles.importers.inputs import STANDARD_INPUT, Input, Inputs, Loaded, read_all
from newsletter.articles.ingestion.parsing_process import ParsingProcess
from newsletter.articles.ingestion.report_json import outcome_json, report_json
from newsletter.articles.ingestion.reports import RecordOutcome
from newsletter.errors import InvalidInput
from newsletter.staff.actors import Actor
from newsletter.staff.permissions import Permission
from newsletter.web.api.keys import PREFIX, answer_json, endpoint
from newsletter.web.state import SiteState

MAX_NAME = 200
# RFC 9110, section 15.5.21: it was understood, and nothing of it could be stored.
NOTHING_STORED = 422


async def bring_in(site: SiteState, actor: Actor, request: Request) -> Response:
    """Store the articles in the body; sent again, they are updated and not doubled.

    In the address: `name`, a file name that tells the form and names what has no key of its own;
    `format`, where the form is not detected.
    """
    name, form = request.query_params.get("name", ""), request.query_params.get("format", "")
    if form and form not in FORMATS:
        raise InvalidInput(f"format {form}: write one of {', '.join(FORMATS)}")
    if len(name) > MAX_NAME or not name.isprintable():
        raise InvalidInput(f"name: write at most {MAX_NAME} printable characters")
    content = await request.body()
    if not content.strip():
        raise InvalidInput("send the article in the body of the request")
    call = partial(_stored, site, actor, content, name or STANDARD_INPUT, form)
    report = await run_sync(call, limiter=site.api_threads)
    is_nothing = report["failed"] and not report["articles"]
    return answer_json(report, NOTHING_STORED if is_nothing else 200)


def _stored(site: SiteState, actor: Actor, content: bytes, name: str, form: str) -> dict[str, Any]:
    """The report: counts, and what became of each article."""
    context = ImportContext.of(site.config.site)
    offer = Input(name=name, load=partial(Loaded, content=content))
    inputs = Inputs(offers=[offer], bad=[], passed_over=0, of_tools=[])
    outcomes: list[RecordOutcome] = []
    with ParsingProcess() as process:
        records = read_all(inputs, context, form, parse=process.read)
        report = articles.import_(site.services, actor, records, context, observe=outcomes.append)
    stored = [outcome_json(one) for one in outcomes if one.became != "failed"]
    return {**report_json(report), "articles": stored}


ROUTES = [Route(PREFIX + "articles", endpoint(Permission.WRITE, bring_in), methods=["POST"])]
