"""One segment: as rows and as text, each turning into the other."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter.actions import segments as actions
from newsletter.console.frame.presentation.forms import FormErrors, sentence, typed_in
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import form, page
from newsletter.console.segments.rows_form import (
    JOINERS,
    TESTS,
    field_options,
    shown_rows,
    text_in,
    typed_rows,
)
from newsletter.errors import InvalidInput
from newsletter.queries import segments as queries
from newsletter.staff.permissions import Permission
from subscribers.models import Frequency, Segment, SubscriberStatus
from subscribers.segments import store
from subscribers.segments.parsing import parse

ROWS, TEXT = "rows", "text"


def new_page(request: ConsoleRequest) -> Response:
    """A new segment."""
    return _page(request, None)


def edit_page(request: ConsoleRequest) -> Response:
    """A segment."""
    with request.database.read() as session:
        return _page(request, store.by_name(session, request.text("name")))


def add(request: ConsoleRequest) -> Response:
    """Save a new segment, or show what was said in the other form."""
    text = _text(request)
    if (elsewhere := _shown_as(request, "/segments/new", text)) is not None:
        return elsewhere
    name = str(request.form.get("name", "")).strip()
    if not name:
        raise FormErrors({"name": "Give it a name, such as abbey-ward."})
    actions.add(request.context, request.actor, name, text)
    return request.redirect(f"/segments/edit/{name}", "Saved.")


def change(request: ConsoleRequest) -> Response:
    """Save a segment, or show what was said in the other form."""
    name, text = request.text("name"), _text(request)
    path = f"/segments/edit/{name}"
    if (elsewhere := _shown_as(request, path, text)) is not None:
        return elsewhere
    new_name = str(request.form.get("name", "")).strip()
    actions.change(request.context, request.actor, name, text)
    if new_name and new_name != name:
        actions.rename(request.context, request.actor, name, new_name)
        path = f"/segments/edit/{new_name}"
    return request.redirect(path, "Saved. Digests that use it follow with their next edition.")


def remove(request: ConsoleRequest) -> Response:
    """Delete a segment."""
    name = request.text("name")
    actions.remove(request.context, request.actor, name)
    return request.redirect("/segments", f"The segment {name} is deleted.")


def _page(request: ConsoleRequest, segment: Segment | None) -> Response:
    saved = segment.expression if segment else ""
    typed = request.trouble.typed if request.trouble else {}
    text = _first(typed, "text") or request.query.get("text", "") or saved
    problem, rows = "", None
    if typed and _first(typed, "as") == ROWS:
        rows, is_text = typed_rows(typed), False
    else:
        is_text = (_first(typed, "as") or request.query.get("as", ROWS)) == TEXT
        try:
            rows = None if is_text else shown_rows(text)
        except InvalidInput as error:
            problem, is_text = str(error), True
    with request.database.read() as session:
        attributes = queries.attribute_names(session)
        unknown = [] if problem or typed or not text else _unknown(request, session, text)
        names = queries.known_names(session, request.config)
        uses = queries.uses(session, request.config).get(segment.name, []) if segment else []
    values = (*names["topic"], *names["digest"], *SubscriberStatus, *Frequency)
    context = {
        "segment": segment,
        "form": request.fields(name=segment.name if segment else "", text=text),
        "rows": rows,
        "has_no_rows": rows is None and not is_text,
        "text": text,
        "is_saved": text == saved and bool(saved),
        "problem": problem,
        "unknown": unknown,
        "fields": field_options(attributes),
        "tests": [(test.value, words) for test, words in TESTS.items()],
        "joiners": list(JOINERS.items()),
        "values": sorted(set(map(str, values))),
        "uses": uses,
        "meant": f"/segments/meant?{urlencode({'text': text})}" if text and not problem else "",
    }
    return request.page("segments/edit.html", context)


def _unknown(request: ConsoleRequest, session: Session, text: str) -> list[str]:
    try:
        return queries.unknown_in(session, request.config, text)
    except InvalidInput:
        return []


def _text(request: ConsoleRequest) -> str:
    """What was sent, as text.

    Raises:
        FormErrors: it cannot be used.
    """
    typed = typed_in(request.form)
    if _first(typed, "as") == ROWS:
        return text_in(typed)
    text = " ".join(_first(typed, "text").split())
    try:
        parse(text)
    except InvalidInput as error:
        raise FormErrors({"text": sentence(str(error))}) from error
    return text


def _shown_as(request: ConsoleRequest, path: str, text: str) -> Response | None:
    """The page with what was sent, in the form that is asked for; None: it is to be saved."""
    act = request.form.get("act")
    if act == "save":
        return None
    shown = act if act in (ROWS, TEXT) else _first(typed_in(request.form), "as") or ROWS
    return request.redirect(f"{path}?{urlencode({'text': text, 'as': shown})}")


def _first(typed: Mapping[str, Any], name: str) -> str:
    return str(next(iter(typed.get(name, ())), ""))


AT = "/segments/edit/{name}"
ROUTES = [
    page("/segments/new", Permission.WRITE, new_page),
    form("/segments/new", Permission.WRITE, add, again=new_page),
    page(AT, Permission.WRITE, edit_page),
    form(AT, Permission.WRITE, change, again=edit_page),
    form(f"{AT}/remove", Permission.WRITE, remove),
]
