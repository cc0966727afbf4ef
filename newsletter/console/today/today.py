"""Today: what needs a person now, what comes next, what goes out, and what went out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter.console.editions.edition import gauges
from newsletter.console.frame.presentation.words import counted
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import live, page
from newsletter.console.sending.counts import MAX_INLINE_COUNT, takes_long
from newsletter.delivery.dry_run import audience_of
from newsletter.editions.composing.composition import Composition
from newsletter.editions.digests.upcoming import next_edition
from newsletter.errors import NewsletterError
from newsletter.linting.domain import TextRecords, check_domain, is_public
from newsletter.linting.findings import Finding
from newsletter.queries import today as queries
from newsletter.queries.editions import coming as coming_queries
from newsletter.queries.editions.numbers import EditionNumbers
from newsletter.queries.settings import setup
from newsletter.queries.today import EditionGlance, Movement
from newsletter.staff import api_keys
from newsletter.staff.permissions import Permission

AHEAD = timedelta(days=8)
MAX_RUNS = 4


@dataclass(frozen=True, kw_only=True)
class NextRun:
    """A digest's next run, in words."""

    digest: str
    name: str
    at: datetime
    words: str
    """ "7 stories to 812 people", or why there will be none."""
    has_stories: bool


def today(request: ConsoleRequest) -> Response:
    """The first page."""
    with request.database.read() as session:
        steps = setup.steps(session, request.config) if request.may(Permission.ADMINISTER) else ()
        is_late, movement = takes_long(session), None
        may_see_people = request.may(Permission.PEOPLE)
        if may_see_people and not is_late:
            movement = _movement(session, request)
        context = {
            "needing": queries.needing_a_person(session),
            "uncertain": queries.uncertain_editions(session),
            "expiring_keys": api_keys.expiring(session, request.now)
            if request.may(Permission.ADMINISTER)
            else (),
            "runs": _next_runs(session, request, is_late=is_late),
            "latest": queries.latest(session),
            "may_see_people": may_see_people,
            "movement": movement,
            "is_late": is_late,
            "asks_dns": request.may(Permission.ADMINISTER)
            and any(is_public(each.address) for each in request.config.senders.values())
            # Before the set-up has a sender, the records would be somebody else's.
            and all(step.is_done for step in steps if step.name == setup.SENDER),
            "steps": [] if all(step.is_done for step in steps) else steps,
        }
    context["going_out"] = going_out(request, is_page=True)
    return request.page("today/today.html", context)


def going_out(request: ConsoleRequest, *, is_page: bool = False) -> str | None:
    """What is being sent, as it changes."""
    editions = under_way(request, is_page=is_page)
    return request.fragment("today/_going-out.html", {"under_way": editions}) if editions else None


def under_way(
    request: ConsoleRequest, *, is_page: bool
) -> list[tuple[EditionGlance, EditionNumbers | None]]:
    """What is being sent or waits for its time, with the numbers that all who look share.

    Args:
        is_page: whether a page waits for it: no numbers then where they take long to count.
    """
    with request.database.read() as session:
        editions = queries.under_way(session)
    now = request.context.clock.now()

    def numbers(edition: EditionGlance) -> EditionNumbers | None:
        if not edition.has_left:
            return None
        is_quick = not is_page or edition.audience <= MAX_INLINE_COUNT
        shared = gauges(request.database)
        return (shared.read if is_quick else shared.known)(edition.number, now)

    return [(edition, numbers(edition)) for edition in editions]


def people(request: ConsoleRequest) -> Response:
    """People come and gone this month; a part of the page, or a page of its own."""
    with request.database.read() as session:
        context = {"movement": _movement(session, request)}
    return request.page(_part(request, "movement"), context)


def audience(request: ConsoleRequest) -> Response:
    """How many a digest's next edition goes to; a part of the page, or a page of its own."""
    with request.database.read() as session:
        context = {"people": _audience(session, request.text("name"), request)}
    return request.page(_part(request, "audience"), context)


def dns(request: ConsoleRequest) -> Response:
    """What the DNS lacks for the senders; a part of the page, or a page of its own."""
    hour = int(request.now.timestamp()) // 3600
    findings = [
        finding
        for sender in request.config.senders.values()
        for finding in _dns_findings(
            sender.address, sender.dkim_selector, request.context.text_records, hour
        )
    ]
    return request.page(_part(request, "dns"), {"findings": findings})


@lru_cache(maxsize=32)
def _dns_findings(
    address: str, selector: str, records: TextRecords, _hour: int
) -> Sequence[Finding]:
    """What a sender's domain lacks, looked up once an hour."""
    return check_domain(address, selector, records)


def _part(request: ConsoleRequest, name: str) -> str:
    is_part = request.query.get("part") == "yes"
    return f"today/_{name}.html" if is_part else f"today/{name}.html"


def _movement(session: Session, request: ConsoleRequest) -> Movement:
    return queries.movement(session, month_start(request.now, request.config.site.timezone))


def _next_runs(session: Session, request: ConsoleRequest, *, is_late: bool) -> list[NextRun]:
    """The next runs that are not composed yet, the soonest first; `is_late`: without people."""
    config, seen = request.config, set()
    runs: list[NextRun] = []
    for run in coming_queries.calendar(session, config, request.now, AHEAD):
        if run.digest in seen or run.edition is not None:
            continue
        if len(runs) == MAX_RUNS:
            break
        seen.add(run.digest)
        words, has_stories = _in_words(session, run.digest, request, is_late=is_late)
        runs.append(
            NextRun(
                digest=run.digest,
                name=run.name,
                at=run.at,
                words=words,
                has_stories=has_stories,
            )
        )
    return runs


def _in_words(
    session: Session, digest: str, request: ConsoleRequest, *, is_late: bool
) -> tuple[str, bool]:
    glance = coming_queries.coming_glance(session, request.config, digest, request.now)
    if glance.is_held:
        return "held until somebody lets it go on", False
    if not glance.stories:
        return glance.nothing or "nothing to tell yet", False
    stories = counted(glance.stories, "story", "stories")
    people = "" if is_late else _audience(session, digest, request)
    return f"{stories} to {people}" if people else stories, True


def _audience(session: Session, digest: str, request: ConsoleRequest) -> str:
    """ "812 people"; empty where it cannot be told."""
    try:
        made = next_edition(session, request.config, request.context.renderer, digest, request.now)
    except NewsletterError:
        return ""
    if not isinstance(made, Composition):
        return ""
    return counted(audience_of(session, made, request.now).recipients, "person", "people")


def month_start(now: datetime, zone: str) -> datetime:
    """The beginning of this month, in a zone."""
    local = now.astimezone(ZoneInfo(zone))
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


ROUTES = [
    page("/", Permission.READ, today),
    live("/live/going-out", Permission.READ, going_out),
    page("/today/dns", Permission.ADMINISTER, dns),
    page("/today/people", Permission.PEOPLE, people),
    page("/today/audience/{name}", Permission.READ, audience),
]
