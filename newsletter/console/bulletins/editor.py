"""A bulletin being written: its words, its audience with a count, and its time."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from newsletter.actions import bulletins
from newsletter.articles.editing import markdown_of
from newsletter.articles.store import topics as all_topics
from newsletter.config.tables.approval import Approval
from newsletter.console.frame import errors
from newsletter.console.frame.presentation.flash import FlashKind
from newsletter.console.frame.presentation.forms import FormErrors, FormState, sentence
from newsletter.console.frame.presentation.moments import Turn, turn_of, typed_moment
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import form, page
from newsletter.console.sending.counts import takes_long
from newsletter.editions.bulletins import store
from newsletter.editions.bulletins.writing import Writing, writing_of
from newsletter.editions.compose import body_of
from newsletter.errors import NewsletterError
from newsletter.http.path_params import number_in
from newsletter.queries.editions.bulletin_audience import audience_of_bulletin
from newsletter.staff.permissions import Permission
from subscribers.segments import store as segments

MAX_TEXT = 500_000
Audience = Literal["everybody", "topics", "segment"]


class BulletinForm(BaseModel):
    """The editor's fields; all may be empty until it is sent."""

    subject: str = Field("", max_length=250)
    text: str = Field("", max_length=MAX_TEXT)
    audience: Audience = "everybody"
    topics: list[str] = Field(default_factory=list)
    segment: str = Field("", max_length=2000)
    send_at: str = ""
    send_at_turn: Turn = ""
    in_quiet_hours: bool = False
    is_html: bool = False
    revision: int = 0


class BulletinAutosave(BulletinForm):
    """What the editor sends by itself."""

    number: int | None = None
    # Nobody is asked while they write.
    send_at_turn: Turn = "first"


def new(request: ConsoleRequest) -> Response:
    """An empty one."""
    return _page(request, Writing(), number=None, revision=0)


def create(request: ConsoleRequest) -> Response:
    """Save the first words; without any, nothing is made of it.

    Raises:
        FormErrors: there is neither a subject nor a text, or as `_writing`.
    """
    sent = request.read(BulletinForm)
    # Where no script runs, the audience is counted on the page of what is saved.
    if not (sent.subject or sent.text or request.form.get("then") == "count"):
        raise FormErrors({"subject": "Write a subject and a text: there is nothing in it yet."})
    saved = bulletins.save(request.context, request.actor, _writing(request, sent))
    return _onward(request, saved.number)


def editor(request: ConsoleRequest) -> Response:
    """One that is saved; once it is sent, its edition."""
    number = request.number()
    with request.database.read() as session:
        bulletin = store.by_id(session, number)
        edition = store.edition_of(session, bulletin)
    if edition is not None and request.trouble is None:
        return request.redirect(f"/editions/{edition.id}")
    return _page(
        request,
        writing_of(bulletin),
        number=number,
        revision=bulletin.revision,
        is_sent=edition is not None,
    )


def save(request: ConsoleRequest) -> Response:
    sent, number = request.read(BulletinForm), request.number()
    with request.database.read() as session:
        stored = writing_of(store.by_id(session, number))
    writing = _writing(request, sent)
    if stored.is_html and not writing.is_html and _is_same(writing.text, stored.text):
        writing = replace(writing, text=stored.text, is_html=True)
    bulletins.save(
        request.context,
        request.actor,
        writing,
        number=number,
        revision=sent.revision or None,
    )
    return _onward(request, number)


def keep(request: ConsoleRequest) -> Response:
    """What the editor sends by itself; answered as JSON."""
    try:
        form = request.read(BulletinAutosave)
        saved = bulletins.save(
            request.context,
            request.actor,
            _writing(request, form),
            number=form.number,
            revision=form.revision or None,
            by_itself=True,
        )
    except FormErrors as error:
        return JSONResponse({"message": " ".join(error.fields.values())}, errors.status(error))
    except NewsletterError as error:
        return JSONResponse({"message": sentence(str(error))}, errors.status(error))
    return JSONResponse({"number": saved.number, "version": saved.revision, "is_saved": True})


def count(request: ConsoleRequest) -> Response:
    """How many it would go to, for what is chosen in the form."""
    query = request.query
    kind = query.get("audience", "everybody")
    topics = tuple(query.getlist("topics")) if kind == "topics" else ()
    segment = query.get("segment", "") if kind == "segment" else ""
    context: dict[str, Any] = {"counts": None, "problem": ""}
    try:
        with request.database.read() as session:
            context["counts"] = audience_of_bulletin(
                session, request.config, topics, segment, request.now
            )
    except NewsletterError as error:
        context["problem"] = str(error)
    return request.page("bulletins/_count.html", context)


def _page(
    request: ConsoleRequest,
    writing: Writing,
    *,
    number: int | None,
    revision: int,
    is_sent: bool = False,
) -> Response:
    options = request.config.bulletins
    problem, counts = "", None
    with request.database.read() as session:
        is_late = takes_long(session)
        try:
            if not is_late:
                counts = audience_of_bulletin(
                    session, request.config, writing.topics, writing.segment, request.now
                )
        except NewsletterError as error:
            problem = str(error)
        known_topics = [(t.slug, t.name) for t in all_topics(session)]
        known_segments = [s.name for s in segments.every(session)]
    fields = _fields(request, writing, revision)
    text, is_html = fields.value("text"), bool(fields.chosen("is_html"))
    opened = number_in(fields.value("revision")) or 0
    context = {
        "number": number,
        "is_overtaken": is_sent or (bool(opened) and opened != revision),
        "form": fields,
        "markdown": markdown_of(text) if is_html else text,
        "settings": _editor_settings(request, number, opened, text, is_html=is_html),
        "topics": known_topics,
        "segments": known_segments,
        "quiet": options.quiet,
        "needs_approval": options.approval is not Approval.OFF,
        "counts": counts,
        "is_late": is_late,
        "problem": problem,
    }
    return request.page("bulletins/editor.html", context)


def _fields(request: ConsoleRequest, writing: Writing, revision: int) -> FormState:
    """The form, filled with what was written."""
    zone = ZoneInfo(request.config.site.timezone)
    at = writing.send_at.astimezone(zone) if writing.send_at else None
    return request.fields(
        subject=writing.subject,
        text=writing.text,
        audience="topics" if writing.topics else "segment" if writing.segment else "everybody",
        topics=writing.topics,
        segment=writing.segment,
        send_at=f"{at:%Y-%m-%dT%H:%M}" if at else "",
        send_at_turn=turn_of(at) if at else "",
        in_quiet_hours=writing.in_quiet_hours,
        revision=revision,
        is_html=writing.is_html,
    )


def _editor_settings(
    request: ConsoleRequest, number: int | None, revision: int, text: str, *, is_html: bool
) -> dict[str, Any]:
    """What the script of the editor is given."""
    return {
        "number": number,
        "version": revision,
        "keep": request.url("/bulletins/keep"),
        "page": request.url("/bulletins/0"),
        "text": text,
        "is_html": is_html,
        "body": body_of(text, is_html=is_html, base_url=request.config.site.base_url),
        "root": request.state.root,
        "csrf": request.csrf,
        "upload": request.url("/media/upload"),
    }


def _writing(request: ConsoleRequest, sent: BulletinForm) -> Writing:
    """
    Raises:
        FormErrors: an audience is chosen and not named, or the time cannot be read.
    """
    if sent.audience == "topics" and not sent.topics:
        raise FormErrors({"topics": "Choose a topic, or everybody."})
    if sent.audience == "segment" and not sent.segment:
        raise FormErrors({"segment": "Choose a segment, or everybody."})
    return Writing(
        subject=sent.subject,
        text=sent.text.replace("\r\n", "\n"),
        is_html=sent.is_html,
        topics=tuple(sorted(set(sent.topics))) if sent.audience == "topics" else (),
        segment=sent.segment if sent.audience == "segment" else "",
        send_at=_moment(request, sent),
        in_quiet_hours=sent.in_quiet_hours,
    )


def _is_same(markdown: str, html: str) -> bool:
    """Whether a text is the one that was shown for an HTML text where no script runs."""
    return markdown.strip() == markdown_of(html).strip()


def _moment(request: ConsoleRequest, sent: BulletinForm) -> datetime | None:
    if not sent.send_at:
        return None
    words = "Write a date and a time as 2026-11-27 18:00."
    zone = request.config.site.timezone
    return typed_moment(sent.send_at, zone, "send_at", words, sent.send_at_turn)


def _onward(request: ConsoleRequest, number: int) -> Response:
    """Stay, or on to the look where that button was pressed."""
    missing = [name for name in ("subject", "text") if not str(request.form.get(name, "")).strip()]
    if missing:
        words = f"Saved. Before it can be sent, write its {' and its '.join(missing)}."
        return request.redirect(f"/bulletins/{number}", words, kind=FlashKind.WARNING)
    if request.form.get("then") == "look":
        return request.redirect(f"/bulletins/{number}/look")
    return request.redirect(f"/bulletins/{number}", "Saved.")


ROUTES = [
    page("/bulletins/new", Permission.WRITE, new),
    form("/bulletins/new", Permission.WRITE, create, again=new),
    page("/bulletins/count", Permission.WRITE, count),
    form("/bulletins/keep", Permission.WRITE, keep),
    page("/bulletins/{number:int}", Permission.WRITE, editor),
    form("/bulletins/{number:int}", Permission.WRITE, save, again=editor),
]
