"""One change by every action on imports of lists."""

from collections.abc import Mapping
from datetime import timedelta

from action_site import WISHES, Call, Change

from newsletter.actions import (
    imports,
)
from newsletter.app import Newsletter
from newsletter.staff.actors import operator
from subscribers.importing.list_importer import ImportTerms
from subscribers.importing.rows import ListedPerson
from subscribers.importing.storage.batches import FileRow
from subscribers.importing.storage.history import ImportStart
from subscribers.importing.uploaded.instructions import UploadAnswers
from subscribers.importing.values.states import ListState


def importing_people(app: Newsletter) -> Call:
    said = ListedPerson(
        row=2,
        address="zoe@wexcombe.example",
        name="Zoe",
        preferences=WISHES,
        attributes={},
        since="",
        state=ListState.SUBSCRIBED,
    )
    row = FileRow(number=2, cells=["zoe@wexcombe.example"], said=said)
    terms = ImportTerms(file="members.csv", secret=app.secret, consent="paper")
    begun = ImportStart(file="members.csv", sha256="", consent="paper", report={})
    return lambda actor: imports.enter(app, actor, begun, terms, [[row]], lambda *_: None, {})


def undoing_import(app: Newsletter) -> Call:
    importing_people(app)(operator("setup"))
    return lambda actor: imports.undo(app, actor, 1)


def uploading(app: Newsletter, content: bytes = b"email\nzoe@wexcombe.example\n") -> int:
    """An uploaded list that is rehearsed."""
    number = imports.upload(app, operator("setup"), "members.csv", content)
    imports.rehearse(app, operator("setup"), number)
    return number


def answering(app: Newsletter) -> Call:
    number = uploading(app)
    return lambda actor: imports.answer(app, actor, number, UploadAnswers(updates=True))


def mending(app: Newsletter) -> Call:
    number = uploading(app, b"email,name\nzoe at wexcombe.example,Zoe\n")
    return lambda actor: imports.correct_rows(
        app, actor, number, {2: ["zoe@wexcombe.example", "Zoe"]}
    )


def rehearsing(app: Newsletter) -> Call:
    number = uploading(app)
    return lambda actor: imports.rehearse(app, actor, number)


def entering_upload(app: Newsletter) -> Call:
    number = uploading(app)
    return lambda actor: imports.enter_upload(app, actor, number, "paper")


def discarding_upload(app: Newsletter) -> Call:
    number = uploading(app)
    return lambda actor: imports.discard(app, actor, number)


def forgetting_uploads(app: Newsletter) -> Call:
    uploading(app)
    app.clock.at += timedelta(days=8)
    return lambda actor: imports.forget_uploads(app, actor)


IMPORT_CHANGES: Mapping[str, Change] = {
    "imports.answer": answering,
    "imports.discard": discarding_upload,
    "imports.enter": importing_people,
    "imports.enter_upload": entering_upload,
    "imports.forget_uploads": forgetting_uploads,
    "imports.correct_rows": mending,
    "imports.rehearse": rehearsing,
    "imports.undo": undoing_import,
    "imports.upload": lambda app: (
        lambda who: imports.upload(app, who, "members.csv", b"email\nzoe@wexcombe.example\n")
    ),
}
