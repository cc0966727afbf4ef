"""Today: what needs a person now, what comes next, what goes out, and what went out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter.config.options import Config
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import live, page
from newsletter.console.frame.words import counted
from newsletter.delivery.dry_run import audience_of
from newsletter.editions.composing.composition import Composition
from newsletter.editions.digests.upcoming import next_edition
from newsletter.errors import NewsletterError
from newsletter.queries import coming as coming_queries
from newsletter.queries import setup
from newsletter.queries import today as queries
from newsletter.queries.today import EditionGlance
from newsletter.staff.permissions import Permission

AHEAD = timedelta(days=8)
MOST_RUNS = 4


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
    config, now = request.config, request.now
    with request.database.read() as session:
        steps = setup.steps(session, config) if request.may(Permission.ADMINISTER) else ()
        movement = None
        if request.may(Permission.PEOPLE):
            movement = queries.movement(session, month_start(now, config.site.timezone))
        context = {
            "needing": queries.needing_a_person(session),
            "uncertain": queries.uncertain_editions(session),
            "runs": _next_runs(session, request),
            "going_out": _going_out(request, queries.under_way(session)),
            "latest": queries.latest(session),
            "movement": movement,
            "steps": [] if all(step.is_done for step in steps) else steps,
        }
    return request.page("today/today.html", context)


def going_out(request: ConsoleRequest) -> str | None:
    """What is being sent, as it changes."""
    with request.database.read() as session:
        found = queries.under_way(session)
    return _going_out(request, found) if found else None


def _going_out(request: ConsoleRequest, found: Sequence[EditionGlance]) -> str:
    return request.fragment("today/_going-out.html", {"under_way": found})


def _next_runs(session: Session, request: ConsoleRequest) -> list[NextRun]:
    """The next runs that are not composed yet, the soonest first."""
    config, found, seen = request.config, [], set()
    for run in coming_queries.calendar(session, config, request.now, AHEAD):
        if run.digest in seen or run.edition is not None:
            continue
        seen.add(run.digest)
        words, has_stories = _in_words(session, config, run.digest, request)
        found.append(
            NextRun(
                digest=run.digest,
                name=run.name,
                at=run.at,
                words=words,
                has_stories=has_stories,
            )
        )
    return found[:MOST_RUNS]


def _in_words(
    session: Session, config: Config, digest: str, request: ConsoleRequest
) -> tuple[str, bool]:
    view = coming_queries.coming_view(session, config, digest, request.now)
    if view.is_held:
        return "held until somebody lets it go on", False
    if not view.stories:
        return view.nothing or "nothing to tell yet", False
    stories = counted(len(view.stories), "story", "stories")
    people = _audience(session, digest, request)
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
]
