"""The question before sending, and the answers: send, approve, ask for approval, take back."""

from collections.abc import Sequence
from functools import partial

from pydantic import BaseModel
from starlette.responses import Response

from newsletter.actions import bulletins, digests, editions
from newsletter.actions.digests import ComposedEdition
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import ConsoleRoute, form, page
from newsletter.console.sending.counts import audience_part
from newsletter.console.sending.preview import preview
from newsletter.console.sending.subjects import PATHS, Noun, subject_of
from newsletter.editions import store
from newsletter.editions.approvals import store as approvals
from newsletter.editions.bulletins.store import written_as
from newsletter.editions.models import EditionKind, EditionState
from newsletter.errors import Conflict
from newsletter.queries.editions.proofs import released_as
from newsletter.staff.permissions import Permission


class Seen(BaseModel):
    """What was looked at when the button was pressed."""

    seen: str = ""
    """The fingerprint of a digest or an edition."""
    revision: int = 0
    """Of a saved bulletin."""
    period: str = ""
    """Of a digest."""
    again: bool = False
    """Although the same was sent within a day."""


def ask(noun: Noun, request: ConsoleRequest) -> Response:
    """Repeats the subject and the number, and asks."""
    with request.database.read() as session:
        subject = subject_of(request, session, noun)
        if subject.stored is not None and not subject.waits:
            return request.redirect(f"/editions/{subject.stored}")
        context = {
            "subject": subject,
            "audience": audience_part(request, session, subject),
            "needs_others": subject.needs_others(str(request.actor)),
            "undo": request.config.bulletins.undo,
        }
    return request.page("sending/send.html", context)


def send(noun: Noun, request: ConsoleRequest) -> Response:
    """Send it at the end of the undo window, or at its time; pressed twice, it is sent once."""
    seen = request.read(Seen)
    if noun is Noun.DIGEST:
        return _release(request, seen, at_once=True)
    if noun is Noun.BULLETIN:
        number = request.number()
        made = bulletins.send_saved(
            request.context,
            request.actor,
            number,
            revision=seen.revision or None,
            again=seen.again,
        )
        return _told(request, made)
    return approve(noun, request)


def approve(noun: Noun, request: ConsoleRequest) -> Response:
    """Approve it as it was looked at."""
    seen = request.read(Seen)
    if noun is Noun.DIGEST:
        return _release(request, seen, at_once=False)
    number = request.number()
    if noun is Noun.BULLETIN:
        raise Conflict(f"bulletin {number} is sent from its own page")
    try:
        missing = editions.approve(request.context, request.actor, number, seen=seen.seen or None)
    except Conflict:
        # Pressed twice; the second is told of the first.
        if not _is_approved_by(request, number, seen.seen):
            raise
        return request.redirect(f"/editions/{number}")
    words = (
        f"You have approved it; {missing} more must."
        if missing
        else "Approved. It leaves at the time below."
    )
    return request.redirect(f"/editions/{number}", words)


def _is_approved_by(request: ConsoleRequest, number: int, seen: str) -> bool:
    """Whether this staff member's approval of what was seen stands."""
    with request.database.read() as session:
        approvals_given = approvals.of_edition(session, number)
    return any(
        one.actor == str(request.actor) and one.fingerprint == seen for one in approvals_given
    )


def submit(noun: Noun, request: ConsoleRequest) -> Response:
    """Ask the senders to approve it."""
    seen = request.read(Seen)
    if noun is Noun.DIGEST:
        name = request.text("name")
        made = digests.submit(request.context, request.actor, name, seen=seen.seen or None)
    else:
        made = bulletins.submit(
            request.context,
            request.actor,
            request.number(),
            revision=seen.revision or None,
            again=seen.again,
        )
    return _told(request, made)


def undo(request: ConsoleRequest) -> Response:
    """Take back what has not left; its page leads on to its words."""
    number = request.number()
    with request.database.read() as session:
        kind = store.by_id(session, number).kind
    if kind is EditionKind.DIGEST:
        editions.reopen(request.context, request.actor, number)
        words = "Taken back. Nobody was mailed; it waits for approval."
    else:
        editions.cancel(request.context, request.actor, number)
        with request.database.read() as session:
            is_kept = written_as(session, number) is not None
        words = "Taken back. Nobody was mailed" + ("; your words are kept." if is_kept else ".")
    return request.redirect(f"/editions/{number}", words)


def _release(request: ConsoleRequest, seen: Seen, *, at_once: bool) -> Response:
    """Release a digest's coming edition; pressed twice, the second is told of the first."""
    name = request.text("name")
    try:
        made = digests.release(
            request.context, request.actor, name, seen=seen.seen or None, at_once=at_once
        )
    except Conflict:
        with request.database.read() as session:
            done = released_as(session, name, seen.period, seen.seen)
        if done is None:
            raise
        return request.redirect(f"/editions/{done}")
    return _told(request, made)


def _told(request: ConsoleRequest, made: ComposedEdition) -> Response:
    if made.state is EditionState.DRAFT:
        words = "It waits for approval. The senders are asked by mail."
    else:
        words = "Done. Until it leaves, you can take it back."
    return request.redirect(f"/editions/{made.number}", words)


def _routes(noun: Noun) -> Sequence[ConsoleRoute]:
    path = PATHS[noun]
    question = partial(ask, noun)
    return (
        page(f"{path}/send", Permission.SEND, question, needs_proof=True),
        form(
            f"{path}/send", Permission.SEND, partial(send, noun), again=question, needs_proof=True
        ),
        form(
            f"{path}/approve",
            Permission.SEND,
            partial(approve, noun),
            again=partial(preview, noun),
            needs_proof=True,
        ),
        form(
            f"{path}/submit", Permission.WRITE, partial(submit, noun), again=partial(preview, noun)
        ),
    )


ROUTES = [
    *(route for noun in Noun for route in _routes(noun)),
    form("/editions/{number:int}/undo", Permission.STOP, undo),
]
