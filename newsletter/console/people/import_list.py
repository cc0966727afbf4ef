"""One uploaded list: its columns, the rehearsal, rows to mend, proof of consent, and its import."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from starlette.responses import Response

from newsletter.actions import imports as actions
from newsletter.console.frame.presentation.forms import FormErrors
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Threads, form, live, page
from newsletter.console.people import import_jobs
from newsletter.console.people.import_columns import (
    ORDERS,
    ROLES,
    STATES,
    TAGS,
    answers_in,
    chosen_role,
)
from newsletter.console.people.import_notes import (
    NO_PROOF_LABEL,
    ROLE_LABEL,
    STATE_LABEL,
    in_words_of_form,
)
from newsletter.console.people.import_outcomes import MAX_CELLS, ROWS_PER_FORM, enterable, figures
from newsletter.staff.permissions import Permission
from subscribers.importing.questions import UNREAD
from subscribers.importing.uploaded import jobs, store, views
from subscribers.importing.uploaded.instructions import answers_of, corrections_of
from subscribers.models import ListUpload, UploadPhase

PROVEN, UNPROVEN = "proof", "none"


def show(request: ConsoleRequest) -> Response:
    """The list as far as it is."""
    upload = _upload(request)
    if jobs.is_running(upload, request.now):
        return request.page("people/import_running.html", {"upload": upload})
    view, outcome = upload.analysis, upload.outcome
    answers = answers_of(upload)
    context = {
        "upload": upload,
        "view": view,
        "notes": [in_words_of_form(note) for note in view.get("notes", ())],
        "problem": in_words_of_form(upload.problem),
        "state_label": STATE_LABEL,
        "role_label": ROLE_LABEL,
        "no_proof_label": NO_PROOF_LABEL,
        "is_interrupted": jobs.is_interrupted(upload, request.now),
        "is_entered": bool(outcome.get("is_entered")),
        "columns": [(column, chosen_role(column)) for column in view.get("columns", ())],
        "roles": list(ROLES.items()),
        "states": list(STATES.items()),
        "orders": list(ORDERS.items()),
        "tags": list(TAGS.items()),
        "has_tags": any(column["role"] == "tags" for column in view.get("columns", ())),
        "answers": answers,
        "figures": figures(outcome),
        "enterable": enterable(outcome),
        "outcome": outcome,
        "away": [
            {**row, "reason": in_words_of_form(row["reason"])} for row in outcome.get("away", ())
        ],
        "rows": _rows(upload) if view.get("is_clear") else [],
        "form": request.fields(consent=PROVEN, proof=upload.consent),
    }
    return request.page("people/import_list.html", context)


def running(request: ConsoleRequest) -> str | None:
    """How far the job is; None once it has ended."""
    upload = _upload(request)
    if not jobs.is_running(upload, request.now):
        return None
    return request.fragment("people/_import_progress.html", {"upload": upload})


def columns(request: ConsoleRequest) -> Response:
    """Read the columns as said, and rehearse again."""
    upload = _upload(request)
    answers = answers_in(request.form, upload.analysis, answers_of(upload))
    actions.answer(request.context, request.actor, upload.id, answers)
    return _rehearse(request, upload.id)


def enter(request: ConsoleRequest) -> Response:
    """Mend the rows, and rehearse again or enter."""
    upload = _upload(request)
    if cells := _mended(request, upload):
        actions.correct_rows(request.context, request.actor, upload.id, cells)
    if request.form.get("act") == "look":
        return _rehearse(request, upload.id)
    consent = "" if upload.outcome.get("is_entered") else _consent(request)
    context, actor, number = request.context, request.actor, upload.id
    import_jobs.begin(partial(actions.enter_upload, context, actor, number, consent), number)
    return request.redirect(f"/people/import/{number}")


def again(request: ConsoleRequest) -> Response:
    """Go on where a job broke off."""
    upload = _upload(request)
    context, actor, number = request.context, request.actor, upload.id
    if upload.phase is UploadPhase.ENTERING:
        consent = upload.consent
        import_jobs.begin(partial(actions.enter_upload, context, actor, number, consent), number)
        return request.redirect(f"/people/import/{number}")
    return _rehearse(request, number)


def discard(request: ConsoleRequest) -> Response:
    """Delete the list."""
    actions.discard(request.context, request.actor, request.number())
    return request.redirect("/people/import", "The uploaded list is deleted.")


def _upload(request: ConsoleRequest) -> ListUpload:
    with request.database.read() as session:
        return store.by_number(session, request.number())


def _rehearse(request: ConsoleRequest, number: int) -> Response:
    context, actor = request.context, request.actor
    import_jobs.begin(partial(actions.rehearse, context, actor, number), number)
    return request.redirect(f"/people/import/{number}")


def _consent(request: ConsoleRequest) -> str:
    """The proof of consent; empty where there is none.

    Raises:
        FormErrors: it is not said whether there is any.
    """
    chosen, proof = (str(request.form.get(name, "")).strip() for name in ("consent", "proof"))
    if chosen == UNPROVEN:
        return ""
    if chosen != PROVEN:
        raise FormErrors({"consent": "Say whether they all agreed to get mail from you."})
    if not proof:
        raise FormErrors({"proof": "Say how and when they agreed; it is kept with each of them."})
    return proof


def _rows(upload: ListUpload) -> list[dict[str, Any]]:
    """The refused rows with a field for each cell."""
    mends, width = corrections_of(upload), len(upload.analysis["header"])
    most = max(1, min(ROWS_PER_FORM, MAX_CELLS // width))
    return [
        {
            **row,
            "reason": in_words_of_form(row["reason"]),
            "fields": _fields(upload.analysis, row, mends.get(row["row"], row["cells"])),
        }
        for row in upload.outcome.get("refused", ())[:most]
    ]


def _fields(
    view: Mapping[str, Any], row: Mapping[str, Any], cells: Sequence[str]
) -> list[dict[str, Any]]:
    roles = {column["place"]: column["role"] for column in view["columns"]}
    fields = [
        {
            "name": f"cell-{row['row']}-{place}",
            "heading": heading,
            "value": cells[place] if place < len(cells) else "",
            "is_locked": views.is_locked(view, row, place),
            "is_read": roles.get(place, UNREAD) != UNREAD,
        }
        for place, heading in enumerate(view["header"])
    ]
    # Those that are read come first.
    return sorted(fields, key=lambda field: not field["is_read"])


def _mended(request: ConsoleRequest, upload: ListUpload) -> dict[int, list[str]]:
    """The rows whose cells were changed."""
    changed = {}
    for row in _rows(upload):
        places = range(len(upload.analysis["header"]))
        names = [f"cell-{row['row']}-{place}" for place in places]
        if not any(name in request.form for name in names):
            continue
        before = {field["name"]: field["value"] for field in row["fields"]}
        cells = [str(request.form.get(name, before[name])) for name in names]
        if cells != [*row["cells"]] and cells != [before[name] for name in names]:
            changed[int(row["row"])] = cells
    return changed


AT = "/people/import/{number:int}"
ROUTES = [
    page(AT, Permission.BULK_PEOPLE, show),
    live(f"{AT}/progress", Permission.BULK_PEOPLE, running),
    form(f"{AT}/columns", Permission.BULK_PEOPLE, columns, again=show, threads=Threads.SLOW),
    form(
        f"{AT}/enter",
        Permission.BULK_PEOPLE,
        enter,
        again=show,
        threads=Threads.SLOW,
        needs_proof=True,
    ),
    form(f"{AT}/again", Permission.BULK_PEOPLE, again, threads=Threads.SLOW, needs_proof=True),
    form(f"{AT}/discard", Permission.BULK_PEOPLE, discard),
]
