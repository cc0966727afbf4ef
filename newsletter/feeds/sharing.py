"""Built feeds in files, so that the processes of one machine build each only once.

A file says which version it holds; the one process that holds its lock builds, the others read
what it wrote. A folder that cannot be used is no reason to serve nothing: then each builds.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

import structlog

from newsletter.feeds.building import FeedDocument
from newsletter.feeds.documents import Link

log = structlog.get_logger()

FOLDER = "feeds"


class SharedFeeds:
    """The feeds that processes of this machine have built."""

    def __init__(self, state_folder: Path) -> None:
        self._folder = state_folder / FOLDER

    def get(self, name: str, version: str, make: Callable[[], FeedDocument]) -> FeedDocument:
        """The document in this version: another process's, or made now."""
        path = self._folder / sha256(name.encode()).hexdigest()[:32]
        try:
            with _locked(path.with_suffix(".lock")):
                return _read(path, version) or _written(path, version, make())
        except OSError as error:
            log.warning("feeds cannot be shared between processes", error=str(error))
            return make()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _read(path: Path, version: str) -> FeedDocument | None:
    try:
        head, _, content = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    try:
        told = json.loads(head)
        if told["version"] != version or told["length"] != len(content):
            return None
        return FeedDocument(
            content=content,
            content_type=told["content_type"],
            etag=told["etag"],
            last_modified=datetime.fromisoformat(told["last_modified"]),
            links=tuple(Link(rel=rel, url=url) for rel, url in told["links"]),
        )
    except (ValueError, KeyError, TypeError):
        return None  # damaged, or of an older newsletter


def _written(path: Path, version: str, document: FeedDocument) -> FeedDocument:
    head = {
        "version": version,
        "length": len(document.content),
        "content_type": document.content_type,
        "etag": document.etag,
        "last_modified": document.last_modified.isoformat(),
        "links": [[link.rel, link.url] for link in document.links],
    }
    # Not flushed to the disk: after a crash a damaged file is recognised and made anew.
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        file.write(json.dumps(head).encode() + b"\n" + document.content)
    os.replace(file.name, path)  # noqa: PTH105 - the temporary's name is a string
    return document
