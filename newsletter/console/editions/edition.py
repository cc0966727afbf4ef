"""One edition: its numbers live, what can be done with it, and where it is read."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from starlette.responses import Response

from newsletter.actions import editions
from newsletter.console.feedback.events import KINDS
from newsletter.console.frame.presentation.words import counted
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import form, live, page
from newsletter.console.sending.counts import MAX_INLINE_COUNT
from newsletter.database import Database
from newsletter.editions import store
from newsletter.editions.bulletins.store import edition_of, written_as
from newsletter.editions.composing.composition import Composition
from newsletter.editions.lifecycle import TRANSITIONS, Transition
from newsletter.editions.models import Edition, EditionKind, EditionState
from newsletter.http.path_params import number_in
from newsletter.queries.audit import who_is
from newsletter.queries.editions.approvals import approval_status
from newsletter.queries.editions.coming import stories_of_draft
from newsletter.queries.editions.numbers import EditionGauges, EditionNumbers, numbers_of
from newsletter.queries.feedback import edition_counts
from newsletter.staff import store as staff
from newsletter.staff.permissions import Permission
from newsletter.transports.events import EventKind

MOVING = (EditionState.QUEUED, EditionState.SENDING)


@lru_cache(maxsize=4)
def gauges(database: Database) -> EditionGauges:
    """The counts that everybody who looks shares."""
    return EditionGauges(database)


def edition_page(request: ConsoleRequest) -> Response:
    """The page of an edition, or, with `part`, what became of its mails alone."""
    number = request.number()
    with request.database.read() as session:
        edition = store.by_id(session, number)
        if edition.joined_to is not None:
            return request.redirect(f"/editions/{edition.joined_to}")
        bulletin = written_as(session, number)
        context: dict[str, Any] = {
            "edition": edition,
            "stories": [
                story
                for one in (number, *store.joined(session, number))
                for story in stories_of_draft(session, one)
            ],
            "can": _possible(edition),
            "page_url": _page_url(edition),
            "bulletin": bulletin.id if bulletin else None,
            "is_taken_back": bulletin is not None and edition_of(session, bulletin) is None,
            "is_moving": edition.state in MOVING,
            "approval": None,
            "came_back": came_back(edition_counts(session, number)),
        }
        if edition.state is EditionState.DRAFT:
            composition = Composition.of(session, edition)
            status = approval_status(session, composition, str(request.actor))
            names = staff.names(session)
            approvals_given = [(who_is(a.actor, names), a) for a in status.given]
            context |= {"approval": status, "given": approvals_given}
    context["numbers"] = _numbers(request, edition)
    if context["numbers"]:
        context["live"] = request.fragment("editions/_numbers.html", context)
    is_part = request.query.get("part") == "yes"
    return request.page(f"editions/{'_outcome' if is_part else 'edition'}.html", context)


def is_counted_later(request: ConsoleRequest, edition: Edition) -> bool:
    """Whether its mails are too many to count them before a page is shown."""
    return (edition.audience or 0) > MAX_INLINE_COUNT and request.query.get("count") != "yes"


def _numbers(request: ConsoleRequest, edition: Edition) -> EditionNumbers | None:
    """Its numbers; counted anew where it was paused, say, since those that all share were.

    None where they come when the page is there.
    """
    is_late = is_counted_later(request, edition)
    shared = gauges(request.database)
    numbers = (shared.known if is_late else shared.read)(edition.id, request.now)
    if numbers and numbers.state is edition.state:
        return numbers
    if is_late:
        return None
    with request.database.read() as session:
        return numbers_of(session, edition.id, request.now)


def came_back(counts: Mapping[EventKind, int]) -> list[tuple[int, str, str]]:
    """What was told later of the edition's mails: how many, its name, the look of its badge."""
    return [(counts[kind], name, look) for kind, (name, look) in KINDS.items() if kind in counts]


def numbers_live(request: ConsoleRequest) -> str | None:
    """The numbers while it is being sent or waits; then the page is looked at anew.

    So is one that still offers to take back what has begun to leave.
    """
    number, now = request.number(), request.context.clock.now()
    if request.query.get("shown") == EditionState.QUEUED:
        with request.database.read() as session:
            if store.state_of(session, number) is not EditionState.QUEUED:
                return None
    numbers = gauges(request.database).read(number, now)
    if numbers.state not in MOVING and getattr(request.http.state, "was_shown", False):
        return None
    request.http.state.was_shown = True
    return request.fragment("editions/_numbers.html", {"numbers": numbers})


def pause(request: ConsoleRequest) -> Response:
    number = request.number()
    editions.pause(request.context, request.actor, number)
    return _back(request, "Paused. Nothing more leaves until it is resumed.")


def resume(request: ConsoleRequest) -> Response:
    editions.resume(request.context, request.actor, request.number())
    return _back(request, "It goes on.")


def cancel(request: ConsoleRequest) -> Response:
    skipped, _ = editions.cancel(request.context, request.actor, request.number())
    return _back(request, f"Cancelled. {counted(skipped, 'person', 'people')} were left out.")


def retry(request: ConsoleRequest) -> Response:
    count = editions.retry(
        request.context, request.actor, request.number(), delivery=_delivery(request)
    )
    words = f"{counted(count, 'mail')} will be tried again." if count else "Nothing has failed."
    return _back(request, words)


def settle(request: ConsoleRequest) -> Response:
    """Settle doubtful mails, one or all: send them again, or leave them."""
    resend = request.form.get("decision") == "resend"
    count = editions.resolve(
        request.context,
        request.actor,
        request.number(),
        resend=resend,
        delivery=_delivery(request),
    )
    done = "will be sent again" if resend else "left as they are"
    return _back(request, f"{counted(count, 'doubtful mail')} {done}.")


def _delivery(request: ConsoleRequest) -> int | None:
    return number_in(str(request.form.get("delivery", "")))


def _back(request: ConsoleRequest, words: str) -> Response:
    number = request.number()
    if request.form.get("from") == "answers":
        state = str(request.form.get("state", ""))
        return request.redirect(f"/editions/{number}/answers", words, state=state)
    return request.redirect(f"/editions/{number}", words)


def _possible(edition: Edition) -> set[str]:
    """What a person can do with it now, by the names of the buttons."""
    names = {
        Transition.PAUSE: "pause",
        Transition.RESUME: "resume",
        Transition.CANCEL: "cancel",
    }
    acts = {name for act, name in names.items() if edition.state in TRANSITIONS[act]}
    has_left = edition.fanned_out_at is not None
    if edition.state in TRANSITIONS[Transition.REVISE] and not has_left:
        acts |= {"edit"} if edition.kind is EditionKind.DIGEST else set()
    if edition.state is EditionState.QUEUED and not has_left:
        acts.add("undo")
    return acts


def _page_url(edition: Edition) -> str:
    """Its page on the site; empty before it has left."""
    if edition.state not in store.PUBLIC or not edition.web_html:
        return ""
    return f"/editions/{edition.id}" + ("" if edition.is_public else f"?key={edition.view_key}")


ROUTES = [
    page("/editions/{number:int}", Permission.READ, edition_page),
    live("/editions/{number:int}/live", Permission.READ, numbers_live),
    form("/editions/{number:int}/pause", Permission.STOP, pause),
    form("/editions/{number:int}/resume", Permission.SEND, resume, needs_proof=True),
    form("/editions/{number:int}/cancel", Permission.STOP, cancel),
    form("/editions/{number:int}/retry", Permission.SEND, retry, needs_proof=True),
    form("/editions/{number:int}/settle", Permission.SEND, settle, needs_proof=True),
]
