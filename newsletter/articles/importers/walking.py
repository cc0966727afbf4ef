"""From what a person names (files, folders, `-`, addresses) to records."""

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

from newsletter.articles.identity import fingerprint_of
from newsletter.articles.importers.admission import shielded
from newsletter.articles.importers.base import (
    BadRecord,
    ImportContext,
    Reading,
    Record,
    Unreadable,
)
from newsletter.articles.importers.choosing import choose, is_article_file
from newsletter.errors import FetchError

LARGEST_FILE_BYTES = 1024 * 1024 * 1024
STANDARD_INPUT = "-"

Fetch = Callable[[str], bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """Something to be read when its turn comes.

    Args:
        name: relative to what was named; gives the key.
        folder: what stands before the name in messages.
    """

    name: str
    load: Callable[[], bytes]
    folder: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What the names led to."""

    offers: list[Offer]
    bad: list[BadRecord]
    passed_over: int
    """Files in folders whose names are of no format that is known."""


def find(names: Sequence[str], stdin: BinaryIO, fetch: Fetch) -> Found:
    """All files that the names stand for; folders are walked in order, hidden files left out."""
    found = Found(offers=[], bad=[], passed_over=0)
    for name in names:
        if name == STANDARD_INPUT:
            found.offers.append(Offer(name=name, load=partial(_limited, stdin, name)))
        elif name.startswith(("http://", "https://")):
            found.offers.append(Offer(name=name, load=partial(fetch, name)))
        elif Path(name).is_dir():
            found = _with_folder(found, Path(name))
        else:
            path = Path(name)
            found.offers.append(Offer(name=path.name, folder=_before(path), load=_loader(path)))
    return found


def _before(path: Path) -> str:
    return str(path)[: -len(path.name)]


def _with_folder(found: Found, folder: Path) -> Found:
    offers, bad, passed_over = [], [], 0

    def unreadable(error: OSError) -> None:
        bad.append(_unreadable(str(error.filename), error))

    for where, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for file in sorted(name for name in files if not name.startswith(".")):
            path = Path(where, file)
            if is_article_file(file):
                name = path.relative_to(folder).as_posix()
                offers.append(Offer(name=name, folder=f"{folder}/", load=_loader(path)))
            else:
                passed_over += 1
    return Found(
        offers=found.offers + offers,
        bad=found.bad + bad,
        passed_over=found.passed_over + passed_over,
    )


def _loader(path: Path) -> Callable[[], bytes]:
    def load() -> bytes:
        mode = path.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            raise Unreadable("it is not a file", "name a file or a folder")
        with path.open("rb") as file:
            return _limited(file, str(path))

    return load


def _limited(file: BinaryIO, name: str) -> bytes:
    content = file.read(LARGEST_FILE_BYTES + 1)
    if len(content) > LARGEST_FILE_BYTES:
        raise Unreadable(f"{name} is larger than {LARGEST_FILE_BYTES >> 20} MiB", "split it")
    return content


def _unreadable(where: str, error: OSError) -> BadRecord:
    if isinstance(error, FileNotFoundError):
        return BadRecord(where=where, what="there is no such file", mend="check its name")
    reason = (error.strerror or str(error)).lower()
    return BadRecord(where=where, what=f"it cannot be read: {reason}", mend="check its permissions")


def read_offer(offer: Offer, context: ImportContext, wanted: str = "") -> Reading:
    """The records of one offer; whatever is wrong with it is told as a `BadRecord`."""
    try:
        content = offer.load()
        importer = choose(content, offer.name, context, wanted)
    except (Unreadable, FetchError, OSError) as error:
        yield _bad_offer(offer, error)
        return
    for item in shielded(importer(content, offer.name, context), offer.name):
        item = replace(item, where=offer.folder + item.where)
        yield _keyed(item, context) if offer.name == STANDARD_INPUT else item


def _bad_offer(offer: Offer, error: Exception) -> BadRecord:
    where = offer.folder + offer.name
    if isinstance(error, OSError):
        return _unreadable(where, error)
    if isinstance(error, Unreadable):
        return BadRecord(where=where, what=error.what, mend=error.mend)
    what = str(error).removeprefix(f"{where}: ")
    return BadRecord(where=where, what=what, mend="or save it to a file and import that")


def _keyed(item: Record | BadRecord, context: ImportContext) -> Record | BadRecord:
    """Standard input has no name to tell one article from another: date and title do."""
    if isinstance(item, BadRecord) or item.explicit_key:
        return item
    return replace(item, source_key=fingerprint_of(item.published_at, item.title, context.zone))


def read_all(
    found: Found, context: ImportContext, wanted: str = "", done: Callable[[], None] = lambda: None
) -> Iterator[Record | BadRecord]:
    """Every record of what was found, file by file.

    Args:
        done: called after each file.
    """
    yield from found.bad
    for offer in found.offers:
        yield from read_offer(offer, context, wanted)
        done()
