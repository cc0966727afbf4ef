"""The library of pictures: upload, describe, and the text to put one in."""

from collections.abc import Sequence

from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, Response

from newsletter.actions import media
from newsletter.console.frame import errors
from newsletter.console.frame.presentation.forms import FormErrors, sentence
from newsletter.console.frame.presentation.listing import Column, Listing
from newsletter.console.frame.presentation.words import counted
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Threads, form, page
from newsletter.errors import InvalidInput, NewsletterError
from newsletter.http_client.fetching import fetch
from newsletter.media import store
from newsletter.media.decoding import MAX_BYTES
from newsletter.media.markup import path_of, picture_attributes
from newsletter.media.models import MediaItem
from newsletter.staff.permissions import Permission

ROOM_FOR_FIELDS = 64 * 1024
MAX_UPLOAD_BYTES = 12 * MAX_BYTES
PAGE = 48
COLUMNS = [
    Column[MediaItem](name="File", value=lambda item: item.name),
    Column[MediaItem](name="Description", value=lambda item: item.alt),
    Column[MediaItem](name="Added", value=lambda item: item.created_at, sort="added"),
]


class Description(BaseModel):
    """What a picture shows."""

    alt: str = ""
    decorates: bool = False


class Upload(BaseModel):
    """A picture of the editor: its file, or an address to fetch it from."""

    address: str = ""
    alt: str | None = None


def library(request: ConsoleRequest) -> Response:
    """The pictures, newest first."""
    listing = Listing.of(request, filters=("q",), sorts=("-added",), page_size=PAGE)

    def items(after: int | None, limit: int) -> Sequence[MediaItem]:
        with request.database.read() as session:
            return store.page(
                session,
                words=listing.filter("q"),
                after=after,
                oldest_first=listing.is_ascending,
                limit=limit,
            )

    if listing.wants_csv:
        return listing.csv("pictures.csv", COLUMNS, items, key=lambda item: item.id)
    shown = items(listing.after_number, listing.limit)
    table = listing.table(COLUMNS, shown, key=lambda item: item.id)
    context = {
        "table": table,
        "path_of": path_of,
        "form": request.fields(),
        "may_write": request.may(Permission.WRITE),
    }
    return request.page("media/library.html", context)


def add(request: ConsoleRequest) -> Response:
    """Store the files of the form; one that cannot be used is named, the others are stored."""
    added, wrong = 0, []
    for file in request.form.getlist("files"):
        if not isinstance(file, UploadFile) or not file.filename:
            continue
        try:
            media.add(request.context, request.actor, file.file.read(), file.filename)
            added += 1
        except InvalidInput as error:
            wrong.append(f"{file.filename}: {error}")
    if wrong or not added:
        raise FormErrors({"files": "; ".join(wrong) or "Choose a picture."})
    return request.redirect("/media", f"{counted(added, 'picture')} added. Say what they show.")


def describe(request: ConsoleRequest) -> Response:
    """Say what a picture shows."""
    form = request.read(Description)
    if not form.alt and not form.decorates:
        raise InvalidInput("say what the picture shows, or that it only decorates")
    alt = "" if form.decorates else form.alt
    media.describe(request.context, request.actor, request.number(), alt)
    return request.redirect("/media", "Thank you: it is used wherever the picture is put in.")


def upload(request: ConsoleRequest) -> Response:
    """A picture of the editor; answered as JSON."""
    try:
        item = _uploaded(request, request.read(Upload))
    except NewsletterError as error:
        return JSONResponse({"message": sentence(str(error))}, errors.status(error))
    return JSONResponse({"id": item.id, "alt": None, **picture_attributes(item)})


def _uploaded(request: ConsoleRequest, form: Upload) -> MediaItem:
    file = request.form.get("file")
    if isinstance(file, UploadFile):
        content, name = file.file.read(), file.filename or "picture"
    elif form.address:
        content = fetch(form.address, max_bytes=MAX_BYTES).content
        name = form.address.partition("?")[0].rpartition("/")[2] or "picture"
    else:
        raise InvalidInput("there is no picture; choose one")
    return media.add(request.context, request.actor, content, name, form.alt)


ROUTES = [
    page("/media", Permission.READ, library),
    form(
        "/media",
        Permission.WRITE,
        add,
        again=library,
        threads=Threads.SLOW,
        max_bytes=MAX_UPLOAD_BYTES,
    ),
    form(
        "/media/upload",
        Permission.WRITE,
        upload,
        threads=Threads.SLOW,
        max_bytes=MAX_BYTES + ROOM_FOR_FIELDS,
    ),
    form("/media/{number:int}/describe", Permission.WRITE, describe, again=library),
]
