"""Changes of one subscriber by the office, at the subscriber's wish."""

import json

from pydantic import BaseModel, Field
from starlette.responses import Response

from newsletter.actions import feedback, suppressions
from newsletter.actions import subscribers as actions
from newsletter.articles import store as articles
from newsletter.console.frame.presentation.forms import FormErrors
from newsletter.console.frame.presentation.moments import moment_in
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import form, page
from newsletter.console.people import wording
from newsletter.console.people.person import show
from newsletter.errors import Conflict
from newsletter.staff.permissions import Permission
from subscribers import store
from subscribers.membership import Preferences, preferences_of
from subscribers.models import Frequency, Subscriber
from subscribers.topics import Choice

LONGEST = 300


class Wishes(BaseModel):
    """The form of what somebody is sent."""

    name: str = Field("", max_length=200)
    topics: list[str] = []
    digests: list[str] = []
    frequency: Frequency
    language: str = ""
    proof: str = Field(min_length=1, max_length=LONGEST)


class ConsentForm(BaseModel):
    """How and when they agreed."""

    proof: str = Field(min_length=1, max_length=LONGEST)


class Pause(BaseModel):
    """Until when nothing is sent."""

    until: str = Field(min_length=1)


class Reason(BaseModel):
    """Why an address is suppressed."""

    reason: str = Field(min_length=1, max_length=LONGEST)


def change_page(request: ConsoleRequest) -> Response:
    """The form of what they are sent."""
    with request.database.read() as session:
        person = store.by_id(session, request.number())
        wishes = preferences_of(session, person)
        topics = {topic.slug: topic.name for topic in articles.topics(session)}
    # What they chose stays on offer.
    topics |= {slug: slug for slug in wishes.choice.topics if slug not in topics}
    fields = request.fields(
        name=wishes.name,
        topics=wishes.choice.topics,
        digests=wishes.choice.digests,
        frequency=wishes.frequency.value,
        language=wishes.language,
        proof="",
    )
    context = {
        "person": person,
        "form": fields,
        "topics": list(topics.items()),
        "digests": [(name, digest.name) for name, digest in request.config.digests.items()],
        "frequencies": wording.frequencies(request.config, wishes.frequency),
        "languages": [("", "All"), *((each, each) for each in request.config.site.languages)],
    }
    return request.page("people/change.html", context)


def change(request: ConsoleRequest) -> Response:
    """Set what they are sent."""
    form = request.read(Wishes)
    wishes = Preferences(
        name=form.name,
        choice=Choice(topics=tuple(form.topics), digests=tuple(form.digests)),
        frequency=form.frequency,
        language=form.language,
    )
    number = request.number()
    is_changed = actions.change(request.context, request.actor, number, wishes, form.proof)
    words = "Changed, and kept with how they asked." if is_changed else "Nothing was different."
    return request.redirect(f"/people/{number}", words)


def confirm(request: ConsoleRequest) -> Response:
    """Confirm them with proof of consent."""
    number = request.number()
    actions.confirm(request.context, request.actor, number, request.read(ConsentForm).proof)
    return request.redirect(f"/people/{number}", "Confirmed: the next mail that fits goes to them.")


def pause(request: ConsoleRequest) -> Response:
    """Send them nothing until a day."""
    number = request.number()
    until = moment_in(request.read(Pause).until, request.config.site.timezone)
    if until is None:
        raise FormErrors({"until": "Write a date as 2026-11-27."})
    actions.pause(request.context, request.actor, number, until)
    undo = f"/people/{number}/unpause"
    return request.redirect(f"/people/{number}", "Paused.", undo=undo)


def unpause(request: ConsoleRequest) -> Response:
    """End their pause."""
    number = request.number()
    actions.pause(request.context, request.actor, number, None)
    return request.redirect(f"/people/{number}", "The pause is over.")


def end(request: ConsoleRequest) -> Response:
    """End their subscription."""
    number = request.number()
    has_ended = actions.end(request.context, request.actor, number)
    words = (
        "They have left. Nothing more is sent to them." if has_ended else "They had left before."
    )
    return request.redirect(f"/people/{number}", words)


def suppress(request: ConsoleRequest) -> Response:
    """Suppress their address."""
    person, reason = _addressed(request), request.read(Reason).reason
    new = suppressions.add(request.context, request.actor, [[person.address or ""]], reason)
    undo = f"/people/{person.id}/lift" if new else ""
    words = "Suppressed: never mailed, even if added again." if new else "It was suppressed before."
    return request.redirect(f"/people/{person.id}", words, undo=undo)


def lift(request: ConsoleRequest) -> Response:
    """Lift the suppression of their address."""
    person = _addressed(request)
    lifted = suppressions.lift(request.context, request.actor, [[person.address or ""]])
    words = "No longer suppressed." if lifted else "It was not suppressed."
    return request.redirect(f"/people/{person.id}", words)


def undo_event(request: ConsoleRequest) -> Response:
    """Lift the suppression that followed from what came back, and keep why."""
    reason = request.read(Reason).reason
    number = feedback.undo(request.context, request.actor, request.number("event"), reason)
    return request.redirect(f"/people/{number}", "Undone: they may be mailed again.")


def erase_page(request: ConsoleRequest) -> Response:
    """What erasing does, and the button."""
    return request.page("people/erase.html", {"person": _addressed(request)})


def erase(request: ConsoleRequest) -> Response:
    """Erase them."""
    actions.erase(request.context, request.actor, request.number())
    return request.redirect("/people", "Erased. The address is never mailed again.")


def disclose_page(request: ConsoleRequest) -> Response:
    """What the file holds, and the button."""
    return request.page("people/disclose.html", {"person": _addressed(request)})


def disclose(request: ConsoleRequest) -> Response:
    """Everything held about them, as a file for them."""
    number = request.number()
    export = actions.disclose(request.context, request.actor, number)
    headers = {
        "Content-Disposition": f'attachment; filename="person-{number}.json"',
        "Cache-Control": "no-store",
    }
    text = json.dumps(export, ensure_ascii=False, indent=2)
    return Response(text, media_type="application/json", headers=headers)


def _addressed(request: ConsoleRequest) -> Subscriber:
    """The person.

    Raises:
        Conflict: they are erased, so that there is no address.
    """
    with request.database.read() as session:
        person = store.by_id(session, request.number())
    if person.address is None:
        raise Conflict("they are erased, and nothing is held about them any more")
    return person


AT = "/people/{number:int}"
ROUTES = [
    page(f"{AT}/change", Permission.PEOPLE, change_page),
    form(f"{AT}/change", Permission.PEOPLE, change, again=change_page),
    form(f"{AT}/confirm", Permission.PEOPLE, confirm, again=show),
    form(f"{AT}/pause", Permission.PEOPLE, pause, again=show),
    form(f"{AT}/unpause", Permission.PEOPLE, unpause),
    form(f"{AT}/end", Permission.PEOPLE, end),
    form(f"{AT}/suppress", Permission.PEOPLE, suppress, again=show),
    form(f"{AT}/lift", Permission.PEOPLE, lift),
    form(f"{AT}/events/{{event:int}}/undo", Permission.PEOPLE, undo_event, again=show),
    page(f"{AT}/erase", Permission.BULK_PEOPLE, erase_page, needs_proof=True),
    form(f"{AT}/erase", Permission.BULK_PEOPLE, erase, needs_proof=True),
    page(f"{AT}/export", Permission.BULK_PEOPLE, disclose_page, needs_proof=True),
    form(f"{AT}/export", Permission.BULK_PEOPLE, disclose, needs_proof=True),
]
