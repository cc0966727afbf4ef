"""The inputs of an import (files, folders, standard input, URLs) and their records."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from newsletter.articles.identity import fingerprint_of
from newsletter.articles.importers.base import (
    BadRecord,
    ImportContext,
    Reading,
    Record,
    Unreadable,
)
from newsletter.articles.importers.folders import is_export, packed, source_folders
from newsletter.articles.importers.format_detection import (
    detect_importer,
    in_stated_encoding,
    is_article_file,
)
from newsletter.articles.importers.sibling_pictures import in_folder, with_sibling_pictures
from newsletter.articles.importers.sitemap import completed, is_sitemap, pages_of
from newsletter.articles.importers.validation import errors_as_records
from newsletter.articles.importers.values.file_names import TOOL_FOLDERS, is_tool_file
from newsletter.clock import Clock
from newsletter.errors import FetchError
from newsletter.http_client.url_credentials import without_credentials

MAX_FILE_BYTES = 1024 * 1024 * 1024
STANDARD_INPUT = "-"
# Names of tools' files in a report; the rest are counted.
NAMED = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """The content of an input.

    Args:
        content_type: as the server states it (RFC 9110, 8.3); empty: nobody does.
    """

    content: bytes
    content_type: str = ""


Fetch = Callable[[str], Loaded]
Parse = Callable[
    [Callable[[bytes, str, ImportContext], Reading], bytes, str, ImportContext],
    Iterable[Record | BadRecord],
]
"""Runs a reader on some content: in this process, or in one with a deadline."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """One file, standard input or URL, loaded when it is read.

    Args:
        name: relative to the given folder; the implicit key.
        folder: prefix of the name in messages.
        beside: the folder that the name is relative to, whose pictures its text may show.
    """

    name: str
    load: Callable[[], Loaded]
    folder: str = ""
    beside: Path | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Inputs:
    """The inputs that the names resolve to."""

    offers: list[Input]
    bad: list[BadRecord]
    passed_over: int
    """Number of files skipped for an unknown suffix."""
    of_tools: list[str]
    """Names of files and folders skipped as a tool's own, such as `package.json`."""

    @property
    def left_out(self) -> str:
        """What was skipped, in words; empty where nothing was."""
        names = list(dict.fromkeys(self.of_tools))
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        parts = [f"{self.passed_over} other files passed over"] if self.passed_over else []
        parts += [f"passed over as tools' own: {', '.join(names[:NAMED])}{more}"] if names else []
        return "; ".join(parts)


def within(time: timedelta, fetch: Fetch, clock: Clock) -> Fetch:
    """A fetch that refuses once this time is over; a stranger's sitemap names 50,000 pages."""
    end = clock.now() + time

    def fetch_until_then(address: str) -> Loaded:
        if clock.now() > end:
            minutes = int(time.total_seconds() // 60)
            raise FetchError(
                f"{address}: the import has taken {minutes} minutes; import the rest by the "
                "command: newsletter articles import ADDRESS"
            )
        return fetch(address)

    return fetch_until_then


def find_inputs(names: Sequence[str], stdin: BinaryIO, fetch: Fetch) -> Inputs:
    """The inputs for the names; folders are walked in sorted order, without hidden files."""
    inputs = Inputs(offers=[], bad=[], passed_over=0, of_tools=[])
    for name in names:
        if name == STANDARD_INPUT:
            inputs.offers.append(Input(name=name, load=partial(_limited, stdin, name)))
        elif name.startswith(("http://", "https://")):
            shown = without_credentials(name)
            inputs.offers.append(Input(name=shown, load=partial(fetch, name)))
        elif Path(name).is_dir():
            inputs = _with_folder(inputs, Path(name))
        else:
            path = Path(name)
            inputs.offers.append(
                Input(
                    name=path.name,
                    folder=_before(path),
                    load=_loader(path),
                    beside=path.parent,
                )
            )
    return inputs


def _before(path: Path) -> str:
    return str(path)[: -len(path.name)]


def _with_folder(inputs: Inputs, folder: Path) -> Inputs:
    offers, bad, passed_over, of_tools = [], [], 0, []

    def unreadable(error: OSError) -> None:
        bad.append(_unreadable(str(error.filename), error))

    begin = source_folders(folder)
    walks = (os.walk(start, onerror=unreadable) for start in begin)
    for where, folders, files in chain.from_iterable(walks):
        if is_export(Path(where)):
            offers.append(Input(name=where, load=partial(_packed, Path(where))))
            folders.clear()
            continue
        of_tools += [f"{name}/" for name in folders if name in TOOL_FOLDERS]
        folders[:] = sorted(n for n in folders if not n.startswith(".") and n not in TOOL_FOLDERS)
        for file in sorted(name for name in files if not name.startswith(".")):
            path = Path(where, file)
            if is_tool_file(file):
                of_tools.append(file)
            elif is_article_file(file):
                name = path.relative_to(folder).as_posix()
                offers.append(
                    Input(name=name, folder=f"{folder}/", load=_loader(path), beside=folder)
                )
            else:
                passed_over += 1
    return Inputs(
        offers=inputs.offers + offers,
        bad=inputs.bad + bad,
        passed_over=inputs.passed_over + passed_over,
        of_tools=inputs.of_tools + of_tools,
    )


def _packed(folder: Path) -> Loaded:
    return Loaded(content=packed(folder))


def _loader(path: Path) -> Callable[[], Loaded]:
    def load() -> Loaded:
        mode = path.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            raise Unreadable("it is not a file", "name a file or a folder")
        with path.open("rb") as file:
            return _limited(file, str(path))

    return load


def _limited(file: BinaryIO, name: str) -> Loaded:
    content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise Unreadable(f"{name} is larger than {MAX_FILE_BYTES >> 20} MiB", "split it")
    return Loaded(content=content)


def _unreadable(where: str, error: OSError) -> BadRecord:
    if isinstance(error, FileNotFoundError):
        return BadRecord(where=where, what="there is no such file", hint="check its name")
    reason = (error.strerror or str(error)).lower()
    return BadRecord(where=where, what=f"it cannot be read: {reason}", hint="check its permissions")


def parse_here(
    read: Callable[[bytes, str, ImportContext], Reading],
    content: bytes,
    name: str,
    context: ImportContext,
) -> Reading:
    """Parse in this process, without a deadline."""
    return read(content, name, context)


def read_content(
    content: bytes, name: str, context: ImportContext, *, wanted: str, content_type: str = ""
) -> Reading:
    """The records of some content; errors become a `BadRecord`.

    Args:
        wanted: its format; empty: detected.
        content_type: as the server states it.
    """
    content = in_stated_encoding(content, content_type)
    try:
        importer = detect_importer(content, name, context, wanted, content_type)
    except Unreadable as error:
        yield BadRecord(where=name, what=error.what, hint=error.hint)
        return
    yield from errors_as_records(importer(content, name, context), name)


def read_input(
    offer: Input,
    context: ImportContext,
    wanted: str = "",
    fetch: Fetch | None = None,
    parse: Parse = parse_here,
) -> Reading:
    """The records of one input; errors become a `BadRecord`.

    Args:
        fetch: fetches the pages of a sitemap; None: they are not fetched.
        parse: runs the reader.
    """
    try:
        loaded = offer.load()
        if is_sitemap(loaded.content):
            yield from _pages_of(offer, loaded.content, context, fetch, parse)
            return
    except (Unreadable, FetchError, OSError) as error:
        yield _bad_offer(offer, error)
        return
    read = partial(read_content, wanted=wanted, content_type=loaded.content_type)
    for item in parse(read, loaded.content, offer.name, context):
        item = replace(item, where=offer.folder + item.where)
        if offer.beside is not None and isinstance(item, Record):
            item = with_sibling_pictures(item, offer.name, in_folder(offer.beside))
        yield _keyed(item, context) if offer.name == STANDARD_INPUT else item


def _pages_of(
    offer: Input, content: bytes, context: ImportContext, fetch: Fetch | None, parse: Parse
) -> Reading:
    """The articles of a sitemap's pages."""
    where = offer.folder + offer.name
    if fetch is None:
        yield BadRecord(where=where, what="it is a sitemap", hint="import its address")
        return
    for page in pages_of(content, where, lambda address: fetch(address).content):
        if isinstance(page, BadRecord):
            yield page
            continue
        one = Input(name=page.address, load=partial(fetch, page.address))
        for item in read_input(one, context, "html", parse=parse):
            yield completed(item, page, context.zone) if isinstance(item, Record) else item


def _bad_offer(offer: Input, error: Exception) -> BadRecord:
    where = offer.folder + offer.name
    if isinstance(error, OSError):
        return _unreadable(where, error)
    if isinstance(error, Unreadable):
        return BadRecord(where=where, what=error.what, hint=error.hint)
    what = str(error).removeprefix(f"{where}: ")
    return BadRecord(where=where, what=what, hint="or save it to a file and import that")


def _keyed(item: Record | BadRecord, context: ImportContext) -> Record | BadRecord:
    """Standard input has no file name for a key: date and title are used."""
    if isinstance(item, BadRecord) or item.explicit_key:
        return item
    return replace(item, source_key=fingerprint_of(item.published_at, item.title, context.zone))


def read_all(
    inputs: Inputs,
    context: ImportContext,
    wanted: str = "",
    done: Callable[[], None] = lambda: None,
    fetch: Fetch | None = None,
    parse: Parse = parse_here,
) -> Iterator[Record | BadRecord]:
    """Every record of the inputs, one input after the other.

    Args:
        done: called after each input.
        fetch: fetches the pages of a sitemap.
        parse: runs the readers.
    """
    yield from inputs.bad
    for offer in inputs.offers:
        yield from read_input(offer, context, wanted, fetch, parse)
        done()
