"""Lists that were imported, and importing another."""

from functools import partial

from starlette.datastructures import UploadFile
from starlette.responses import Response

from newsletter.actions import imports as actions
from newsletter.console.frame.presentation.flash import FlashKind
from newsletter.console.frame.presentation.forms import FormErrors
from newsletter.console.frame.presentation.words import counted, in_list
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Threads, form, page
from newsletter.console.people import import_jobs
from newsletter.console.people.import_notes import in_words_of_form
from newsletter.console.people.import_outcomes import OUTCOMES
from newsletter.staff.permissions import Permission
from subscribers.importing import archives
from subscribers.importing.storage import history
from subscribers.importing.uploaded import jobs, store

# The rest of the form is small.
MAX_REQUEST_BYTES = store.MAX_BYTES + 100_000


def list_(request: ConsoleRequest) -> Response:
    """The form for a file, lists on their way, and past imports."""
    with request.database.read() as session:
        uploads, imports = store.every(session), history.every(session)
    context = {
        "form": request.fields(),
        "uploads": [(each, jobs.is_interrupted(each, request.now)) for each in uploads],
        "imports": imports,
        "outcomes": OUTCOMES,
        "most": store.MAX_BYTES // 1_000_000,
    }
    return request.page("people/imports.html", context)


def upload(request: ConsoleRequest) -> Response:
    """Keep the files, and rehearse them; an archive is as many lists as it holds."""
    sent = [each for each in request.form.getlist("file") if isinstance(each, UploadFile)]
    named = [(each.filename, each.file.read()) for each in sent if each.filename]
    if not named:
        raise FormErrors({"file": "Choose the file with your list."})
    lists = [
        list_
        for name, content in named
        for list_ in archives.lists_in(store.file_name(name), content, store.MAX_BYTES)
    ]
    numbers = [
        actions.upload(request.context, request.actor, name, content) for name, content in lists
    ]
    context, actor = request.context, request.actor
    for number in numbers:
        import_jobs.begin(partial(actions.rehearse, context, actor, number), number)
    if len(numbers) == 1:
        return request.redirect(f"/people/import/{numbers[0]}")
    words = f"{counted(len(numbers), 'list')} uploaded. Look at each of them, and bring it in."
    return request.redirect("/people/import", words)


def report(request: ConsoleRequest) -> Response:
    """One import: what was read as what, and what came of it."""
    with request.database.read() as session:
        entry = history.by_number(session, request.number())
    notes = [in_words_of_form(note) for note in entry.report.get("notes", ())]
    context = {"found": entry, "notes": notes, "outcomes": OUTCOMES}
    return request.page("people/import_report.html", context)


def undo(request: ConsoleRequest) -> Response:
    """Take an import back."""
    number = request.number()
    done = actions.undo(request.context, request.actor, number)
    parts = {
        f"{counted(done.forgotten, 'person is', 'people are')} not here any more": done.forgotten,
        f"{counted(done.lifted, 'address is', 'addresses are')} no longer suppressed": done.lifted,
        f"{counted(done.restored, 'person stands', 'people stand')} as before": done.restored,
    }
    changes = [words for words, count in parts.items() if count] or ["it had changed nothing"]
    words = f"Taken back: {in_list(changes)}."
    if done.kept:
        words += f" {done.kept:,} stay: they were mailed, or have acted here themselves."
    return request.redirect(f"/people/imports/{number}", words, kind=FlashKind.WARNING)


ROUTES = [
    page("/people/import", Permission.BULK_PEOPLE, list_),
    form(
        "/people/import",
        Permission.BULK_PEOPLE,
        upload,
        again=list_,
        threads=Threads.SLOW,
        max_bytes=MAX_REQUEST_BYTES,
    ),
    page("/people/imports/{number:int}", Permission.BULK_PEOPLE, report),
    form("/people/imports/{number:int}/undo", Permission.BULK_PEOPLE, undo, needs_proof=True),
]
