"""The feeds that were built, kept until their articles change: one rebuild for each change.

Within a process one reader's request rebuilds; those that come meanwhile are given what stood
before, or wait where nothing did. Processes of one machine share what is subscribed to through
`feeds.sharing`. Where a rebuild fails, what stood before goes on being served.
"""

import gzip
import json
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import version as installed_version
from threading import BoundedSemaphore, Lock

import brotli
import structlog
from sqlalchemy.orm import Session

from newsletter.config.options import Config
from newsletter.errors import Busy, NewsletterError, ResourceNotFound
from newsletter.feeds import store
from newsletter.feeds.building import FeedDocument, build
from newsletter.feeds.scopes import Selection
from newsletter.feeds.sharing import SharedFeeds

log = structlog.get_logger()

KEPT_DOCUMENTS = 256
KEPT_BYTES = 128 * 1024 * 1024
# Building is work for a processor; more at once only makes each of them late.
BUILT_AT_ONCE = 2
PATIENCE_SECONDS = 10
# Of 0 to 11: above, it takes many times as long for a few hundredths of the size.
BROTLI_QUALITY = 6

CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda content: brotli.compress(content, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY),
    # Without the time, the same feed is the same bytes and keeps its strong ETag honest.
    "gzip": lambda content: gzip.compress(content, mtime=0),
}


class ShelvedFeed:
    """A built feed, and its compressed forms once they are asked for."""

    def __init__(self, version: str, document: FeedDocument) -> None:
        self.version = version
        self.document = document
        self._coded: dict[str, bytes] = {}
        self._lock = Lock()

    def content(self, coding: str) -> bytes:
        """The bytes in a content coding: "br", "gzip", or "" for as they are."""
        if not coding:
            return self.document.content
        with self._lock:
            if coding not in self._coded:
                self._coded[coding] = CODINGS[coding](self.document.content)
            return self._coded[coding]

    @property
    def size(self) -> int:
        """How many bytes are kept, its compressed forms reckoned at half."""
        return len(self.document.content) * 3 // 2


class FeedShelf:
    """The feeds of one site, each built anew only when its articles have changed."""

    def __init__(self, config: Config, shared: SharedFeeds | None = None) -> None:
        self._config = config
        self._shared = shared
        self._kept: OrderedDict[Selection, ShelvedFeed] = OrderedDict()
        self._size = 0
        self._lock = Lock()
        self._building: dict[Selection, Lock] = {}
        self._builders = BoundedSemaphore(BUILT_AT_ONCE)
        self._site = _fingerprint(config)

    def get(self, session: Session, selection: Selection) -> ShelvedFeed:
        """The feed as it stands now, or as it stood a moment ago while it is built anew.

        Raises:
            ResourceNotFound: no such topic, author, page or archive.
            Busy: nothing to serve yet, and too much else is being built.
        """
        kept = self._look(selection)
        try:
            version = self._version(session, selection)
            if kept and kept.version == version:
                return kept
            return self._rebuilt(session, selection, version, kept)
        except ResourceNotFound:
            self._forget(selection)
            raise
        except NewsletterError as error:
            if kept is None:
                raise
            log.error("a feed cannot be rebuilt; the last is served", error=str(error))  # noqa: TRY400
            return kept

    def _rebuilt(
        self, session: Session, selection: Selection, version: str, kept: ShelvedFeed | None
    ) -> ShelvedFeed:
        with self._lock:
            building = self._building.setdefault(selection, Lock())
        if not building.acquire(timeout=0 if kept else PATIENCE_SECONDS):
            if kept:
                return kept
            raise Busy("this feed is being made; ask again in a moment")
        try:
            done = self._look(selection)
            if done and done.version == version:
                return done
            with _in_turn(self._builders):
                made = self._made(session, selection, version)
            self._keep(selection, made)
            return made
        finally:
            building.release()
            with self._lock:
                self._building.pop(selection, None)

    def _made(self, session: Session, selection: Selection, version: str) -> ShelvedFeed:
        def fresh() -> FeedDocument:
            return build(session, self._config, selection)

        if self._shared is None or not is_shared(selection):
            return ShelvedFeed(version, fresh())
        return ShelvedFeed(version, self._shared.get(selection.path, version, fresh))

    def _version(self, session: Session, selection: Selection) -> str:
        """What the document depends on; the same wherever it is computed."""
        changed_at = store.last_change(session, selection.scope)
        archives = store.last_archive(session, selection.scope)
        return f"{self._site} {changed_at and changed_at.isoformat()} {archives}"

    def _look(self, selection: Selection) -> ShelvedFeed | None:
        with self._lock:
            kept = self._kept.get(selection)
            if kept:
                self._kept.move_to_end(selection)
            return kept

    def _keep(self, selection: Selection, made: ShelvedFeed) -> None:
        self._forget(selection)
        with self._lock:
            self._kept[selection] = made
            self._size += made.size
            while len(self._kept) > KEPT_DOCUMENTS or (
                self._size > KEPT_BYTES and len(self._kept) > 1
            ):
                self._size -= self._kept.popitem(last=False)[1].size

    def _forget(self, selection: Selection) -> None:
        with self._lock:
            gone = self._kept.pop(selection, None)
            self._size -= gone.size if gone else 0


def is_shared(selection: Selection) -> bool:
    """Whether other processes will want it too: what is subscribed to, and archives."""
    return selection.has_archives and selection.page == 1


@contextmanager
def _in_turn(builders: BoundedSemaphore) -> Iterator[None]:
    if not builders.acquire(timeout=PATIENCE_SECONDS):
        raise Busy("too many feeds are being made at once; ask again in a moment")
    try:
        yield
    finally:
        builders.release()


def _fingerprint(config: Config) -> str:
    """Of everything besides the articles that a feed is made from."""
    told = [
        config.site.model_dump(mode="json", exclude={"secret_key"}),
        config.feeds.model_dump(mode="json"),
        installed_version("newsletter"),
    ]
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
