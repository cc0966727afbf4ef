"""The coming edition of a digest: its stories in order, what is left out, and its time."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from urllib.parse import quote, urlencode

from pydantic import BaseModel, Field
from starlette.datastructures import FormData
from starlette.responses import Response

from newsletter.actions import digests, editions
from newsletter.console.frame.presentation.forms import FormErrors, FormState
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import form, page
from newsletter.editions import store
from newsletter.editions.coming.arrangement import (
    MAX_INTRODUCTION_CHARACTERS,
    MAX_TITLE_CHARACTERS,
    ArrangementEdit,
)
from newsletter.editions.digests.composition import digest_options
from newsletter.editions.digests.schedule import in_words
from newsletter.editions.models import EditionState
from newsletter.errors import Conflict
from newsletter.http.path_params import number_in
from newsletter.queries.editions.coming import (
    ComingStory,
    calendar,
    coming_view,
    drafts_of,
    stories_of_draft,
)
from newsletter.staff.permissions import Permission

CALENDAR = timedelta(days=70)
RUNS_SHOWN = 8
# Buttons of the list of stories, each with an article's number as its value.
MOVES = ("lead", "up", "down", "drop", "drop_for_good", "restore")
TITLE = "title-"
# Before the name of a field: what it held as the page was opened.
SHOWN = "shown-"
OVERTAKEN = (
    "The same words were changed since you opened this page, by somebody else or in another window."
)


class Words(BaseModel):
    """What is typed on the page, whatever button is pressed."""

    introduction: str = Field("", max_length=MAX_INTRODUCTION_CHARACTERS)


def coming(request: ConsoleRequest) -> Response:
    """The coming edition."""
    name, config = request.text("name"), request.config
    options = digest_options(config, name)
    with request.database.read() as session:
        view = coming_view(session, config, name, request.now)
        context = {
            "view": view,
            "schedule": in_words(options.schedule, config.zone_of(options)),
            "approval": options.approval,
            "drafts": drafts_of(session, name),
            "runs": [
                run
                for run in calendar(session, config, request.now, CALENDAR)
                if run.digest == name
            ][:RUNS_SHOWN],
            "form": _fields(request, view.introduction, view.stories),
            "introduction": view.introduction,
            "edit_path": f"/digests/{name}/edit",
            "look_path": f"/digests/{name}/look",
        }
    return request.page("digests/coming.html", context)


def edit(request: ConsoleRequest) -> Response:
    """Save what was typed, and do what was pressed."""
    name = request.text("name")
    with request.database.read() as session:
        view = coming_view(session, request.config, name, request.now)
    before = {story.article: story.title for story in view.stories}
    change = _change(request, before, view.introduction)
    if change != ArrangementEdit():
        digests.edit(request.context, request.actor, name, change)
    return _onward(request, f"/digests/{name}")


def draft(request: ConsoleRequest) -> Response:
    """An edition that is composed and waits for approval, to be edited."""
    number = request.number()
    with request.database.read() as session:
        edition = store.by_id(session, number)
        combined = store.by_id(session, edition.joined_to or number)
        if combined.state is not EditionState.DRAFT or not edition.digest:
            raise Conflict(
                f"edition {number} is {combined.state.value}; only a digest's that waits for "
                "approval can be edited"
            )
        together = [
            combined,
            *(store.by_id(session, n) for n in store.joined(session, combined.id)),
        ]
        view = coming_view(session, request.config, edition.digest, request.now)
        stories = stories_of_draft(session, number)
        context = {
            "edition": edition,
            "combined": combined,
            "together": together,
            "stories": stories,
            "free": [*view.stories, *view.waiting],
            "form": _fields(request, edition.introduction, stories),
            "introduction": edition.introduction,
            "edit_path": f"/editions/{number}/edit",
            "look_path": f"/editions/{combined.id}/look",
        }
    return request.page("digests/draft.html", context)


def edit_draft(request: ConsoleRequest) -> Response:
    """Save what was typed, and do what was pressed."""
    number = request.number()
    with request.database.read() as session:
        edition = store.by_id(session, number)
        combined = edition.joined_to or number
        before = {story.article: story.title for story in stories_of_draft(session, number)}
    change = _change(request, before, edition.introduction)
    if change != ArrangementEdit():
        editions.edit(request.context, request.actor, number, change)
    return _onward(request, f"/editions/{number}/edit", f"/editions/{combined}/look")


def hold(request: ConsoleRequest) -> Response:
    name = request.text("name")
    digests.hold(request.context, request.actor, name)
    words = "Held: at its time it waits for approval."
    return request.redirect(f"/digests/{name}", words, undo=f"/digests/{name}/unhold")


def unhold(request: ConsoleRequest) -> Response:
    name = request.text("name")
    digests.unhold(request.context, request.actor, name)
    return request.redirect(f"/digests/{name}", "It goes at its time.")


def skip(request: ConsoleRequest) -> Response:
    name, period = request.text("name"), request.text("period")
    digests.skip(request.context, request.actor, name, period)
    month = request.query.get("month", "")
    undo = _run_path(name, period, "unskip") + (f"?{urlencode({'month': month})}" if month else "")
    words = "This run is left out. Its stories go into the next."
    return _to_runs(request, name, words, undo=undo)


def unskip(request: ConsoleRequest) -> Response:
    name, period = request.text("name"), request.text("period")
    digests.unskip(request.context, request.actor, name, period)
    return _to_runs(request, name, "It happens after all.")


def _run_path(name: str, period: str, act: str) -> str:
    return f"/digests/{quote(name)}/runs/{quote(period)}/{act}"


def _to_runs(request: ConsoleRequest, name: str, words: str, *, undo: str = "") -> Response:
    """Back to the month of the calendar that the address names, or to the digest."""
    if month := request.query.get("month", ""):
        return request.redirect("/digests", words, undo=undo, month=month)
    return request.redirect(f"/digests/{name}", words, undo=undo)


def _fields(
    request: ConsoleRequest, introduction: str, stories: Sequence[ComingStory]
) -> FormState:
    titles = {f"{TITLE}{story.article}": story.title for story in stories}
    return request.fields(introduction=introduction, **titles)


def _change(
    request: ConsoleRequest, before: Mapping[int, str], introduction: str
) -> ArrangementEdit:
    """The edit that a form asks for, without what is as it was.

    Raises:
        FormErrors: somebody else changed the same words since the page was opened.
    """
    words = _lines(request.read(Words).introduction)
    stored = {"introduction": introduction} | {f"{TITLE}{n}": _title(t) for n, t in before.items()}
    typed = {"introduction": words} | {
        f"{TITLE}{number}": title
        for number, title in _titles(request.form).items()
        if number in before
    }
    shown = {name: _lines(str(request.form.get(f"{SHOWN}{name}", stored[name]))) for name in typed}
    shown = {name: _title(text) if name.startswith(TITLE) else text for name, text in shown.items()}
    touched = {name for name in typed if typed[name] not in (shown[name], stored[name])}
    if lost := [name for name in touched if shown[name] != stored[name]]:
        raise FormErrors({name: _overtaken(stored[name]) for name in sorted(lost)}, OVERTAKEN)
    moves = {
        name: number
        for name in MOVES
        if (number := number_in(str(request.form.get(name, "")))) is not None
    }
    return ArrangementEdit(
        titles={n: typed[f"{TITLE}{n}"] for n in before if f"{TITLE}{n}" in touched},
        introduction=words if "introduction" in touched else None,
        **dict(list(moves.items())[:1]),  # type: ignore[arg-type]
    )


def _overtaken(stored: str) -> str:
    words = f"It is “{stored}” now." if stored else "It is empty now."
    return f"{words} Save once more to have what you typed instead."


def _lines(text: str) -> str:
    """As it is stored: a browser sends other line ends, and no space around is kept."""
    return text.replace("\r\n", "\n").strip()


def _title(text: str) -> str:
    """Cut where it is too long, so that it is refused."""
    return text.strip()[: MAX_TITLE_CHARACTERS + 1]


def _titles(sent: FormData) -> dict[int, str]:
    return {
        number: _title(value)
        for name, value in sent.items()
        if name.startswith(TITLE) and isinstance(value, str)
        if (number := number_in(name.removeprefix(TITLE))) is not None
    }


def _onward(request: ConsoleRequest, here: str, look: str = "") -> Response:
    """Back to the list, or on to the look where that button was pressed."""
    if request.form.get("then") == "look":
        return request.redirect(look or f"{here}/look")
    return request.redirect(here)


ROUTES = [
    page("/digests/{name}", Permission.READ, coming),
    form("/digests/{name}/edit", Permission.WRITE, edit, again=coming),
    form("/digests/{name}/hold", Permission.STOP, hold),
    form("/digests/{name}/unhold", Permission.SEND, unhold, needs_proof=True),
    form("/digests/{name}/runs/{period}/skip", Permission.WRITE, skip),
    form("/digests/{name}/runs/{period}/unskip", Permission.WRITE, unskip),
    page("/editions/{number:int}/edit", Permission.WRITE, draft),
    form("/editions/{number:int}/edit", Permission.WRITE, edit_draft, again=draft),
]
