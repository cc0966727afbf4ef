"""Bringing articles in: files, the page or file at an address, a feed to follow."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.responses import Response

from newsletter.actions import articles, settings
from newsletter.articles import store
from newsletter.articles.importers.base import BadRecord, ImportContext, Record
from newsletter.articles.importers.format_detection import SUFFIXES
from newsletter.articles.importers.inputs import Loaded, find_inputs, read_all, within
from newsletter.articles.ingestion.parsing_process import ParsingProcess
from newsletter.articles.ingestion.reports import ImportReport, RecordOutcome
from newsletter.config.options import Config
from newsletter.console.frame.bodies import MAX_FILES
from newsletter.console.frame.presentation.forms import FormErrors
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Threads, form, page
from newsletter.http_client.fetching import fetch
from newsletter.http_client.url_credentials import without_credentials
from newsletter.staff.permissions import Permission

MAX_UPLOAD_BYTES = 200 * 1024 * 1024
MAX_SHOWN = 200
# Of all pages of a sitemap; signing in waits for the same threads.
FETCHING_TIME = timedelta(minutes=10)
MAX_STEM_BYTES, MAX_SUFFIX = 180, 20


class ImportForm(BaseModel):
    """What to import."""

    address: str = ""
    topic: str = ""


class FollowForm(BaseModel):
    """A feed to follow."""

    url: str = ""


def import_page(request: ConsoleRequest) -> Response:
    """The forms, and the feeds that are followed."""
    with request.database.read() as session:
        feeds = [
            (name, without_credentials(each.url), store.known_source(session, each.url))
            for name, each in request.config.sources.items()
        ]
    context = {
        "form": request.fields(address="", topic="", url=""),
        "suffixes": ",".join([*SUFFIXES, ".jpg", ".jpeg", ".png", ".gif", ".webp"]),
        "feeds": feeds,
        "may_follow": request.may(Permission.ADMINISTER),
    }
    return request.page("articles/import.html", context)


def import_(request: ConsoleRequest) -> Response:
    """Import what was sent, and report on each article."""
    form = request.read(ImportForm)
    if form.address and not re.match("https?://", form.address):
        raise FormErrors({"address": "Write an address that begins with https://."})
    outcomes: list[RecordOutcome] = []
    with _sent_files(request) as folder:
        names = [str(folder)] if any(folder.iterdir()) else []
        if form.address:
            names.append(form.address)
        if not names:
            raise FormErrors({"files": "Choose a file, or write an address below."})
        report = _import(request, names, folder, form.topic, outcomes)
    context = {
        "report": report,
        "outcomes": outcomes[:MAX_SHOWN],
        "more": len(outcomes) - MAX_SHOWN,
    }
    return request.page("articles/imported.html", context)


def follow(request: ConsoleRequest) -> Response:
    """Ask a feed for new articles from now on."""
    form = request.read(FollowForm)
    if not re.match("https?://", form.url):
        raise FormErrors({"url": "Write the address of the feed, beginning with https://."})
    name = _free_name(form.url, request.config)
    settings.change(request.context, request.actor, {f"sources.{name}.url": form.url})
    return request.redirect("/articles/import", "The feed is followed: it is asked within minutes.")


@contextmanager
def _sent_files(request: ConsoleRequest) -> Iterator[Path]:
    """A folder with the files of the form, so that a text finds its pictures beside it."""
    with TemporaryDirectory(prefix="newsletter-import-") as name:
        folder = Path(name)
        for file in request.form.getlist("files"):
            if isinstance(file, UploadFile) and file.filename:
                with _free_path(folder, file.filename).open("wb") as copy:
                    while part := file.file.read(1 << 20):
                        copy.write(part)
        yield folder


def _free_path(folder: Path, file_name: str) -> Path:
    """Where a file goes: its name without folders, as any file system takes it.

    Several of one name, out of several folders, all have their place.
    """
    name = PurePath("".join(filter(str.isprintable, file_name.replace("\\", "/").split("/")[-1])))
    suffix = name.suffix[:MAX_SUFFIX]
    stem = name.stem.encode()[:MAX_STEM_BYTES].decode(errors="ignore").strip(". ") or "file"
    names = (
        f"{stem}{suffix}",
        *(f"{stem}-{number}{suffix}" for number in range(2, MAX_FILES + 2)),
    )
    return next(path for each in names if not (path := folder / each).exists())


def _import(
    request: ConsoleRequest,
    names: list[str],
    folder: Path,
    topic: str,
    outcomes: list[RecordOutcome],
) -> ImportReport:
    context = ImportContext.of(request.config.site)

    def fetch_one(address: str) -> Loaded:
        answer = fetch(address)
        return Loaded(content=answer.content, content_type=answer.content_type)

    download = within(FETCHING_TIME, fetch_one, request.context.clock)
    inputs = find_inputs(names, io.BytesIO(), download)
    with ParsingProcess() as process:
        read = read_all(inputs, context, fetch=download, parse=process.read)
        records = (_named(item, folder, topic) for item in read)
        return articles.import_(
            request.context, request.actor, records, context, observe=outcomes.append
        )


def _named(item: Record | BadRecord, folder: Path, topic: str) -> Record | BadRecord:
    """The record with the chosen topic, its place named as the sender knows it."""
    item = replace(item, where=item.where.removeprefix(f"{folder}/"))
    if isinstance(item, Record) and topic:
        return replace(item, topics=(topic, *(item.topics or ())))
    return item


def _free_name(url: str, config: Config) -> str:
    """A name for a feed, after its host."""
    host = re.sub(r"[^a-z0-9]+", "-", (urlsplit(url).hostname or "feed").lower()).strip("-")
    names = (host, *(f"{host}-{number}" for number in range(2, 1000)))
    return next(name for name in names if name not in config.sources)


ROUTES = [
    page("/articles/import", Permission.WRITE, import_page),
    form(
        "/articles/import",
        Permission.WRITE,
        import_,
        again=import_page,
        threads=Threads.SLOW,
        max_bytes=MAX_UPLOAD_BYTES,
    ),
    form("/articles/follow", Permission.ADMINISTER, follow, again=import_page),
]
