"""The one cache of built feeds: one build for each change, however many readers ask.

An entry is good for `feeds.check_every`. The first request after that looks whether the articles
have changed; those that come meanwhile are answered with what stands here. While a feed is built
anew, and where it cannot be, the last good one is served.
"""

import json
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import version as installed_version
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

import structlog
from sqlalchemy.orm import Session

from newsletter.config.options import Config
from newsletter.database import Database
from newsletter.errors import Busy, ResourceNotFound
from newsletter.feeds import store
from newsletter.feeds.documents.building import FeedDocument, build
from newsletter.feeds.scopes import Selection

log = structlog.get_logger()

MOST_FEEDS = 256
MOST_BYTES = 128 * 1024 * 1024
# Compressed forms are kept with a document; they come to about half of it.
BYTES_WITH_CODINGS = 1.5
# How long the others are answered as before while one looks; then another one looks.
MEANWHILE_SECONDS = 10.0
# How long a reader waits for a feed that stands nowhere yet.
PATIENCE_SECONDS = 10.0

Served = TypeVar("Served")
"""What is made of a document once and kept with it: for the site, its HTTP responses."""


class CachedFeed(Generic[Served]):
    """A built feed."""

    def __init__(self, version: str, document: FeedDocument, served: Served) -> None:
        self.version = version
        self.document = document
        self.served = served
        self.good_until = 0.0
        """When somebody must look whether it has changed."""


class FeedCache(Generic[Served]):
    """The built feeds of one site, by their addresses."""

    def __init__(
        self,
        config: Config,
        serve: Callable[[FeedDocument, Selection], Served],
        now: Callable[[], float] = monotonic,
    ) -> None:
        """
        Args:
            serve: makes of a document what is kept with it.
            now: seconds that never go back.
        """
        self._config = config
        self._serve = serve
        self._now = now
        self._check_every = config.feeds.check_every.total_seconds()
        self._site = _fingerprint(config)
        self._feeds: OrderedDict[str, CachedFeed[Served]] = OrderedDict()
        self._bytes = 0.0
        self._lock = Lock()
        self._building: dict[str, Lock] = {}

    def fresh(self, path: str) -> Served | None:
        """What is served at a path and query; None where the asker has to look with `get`."""
        feed = self._feeds.get(path)
        if feed is None:
            return None
        now = self._now()
        if now >= feed.good_until:
            feed.good_until = now + MEANWHILE_SECONDS
            return None
        return feed.served

    def get(self, database: Database, selection: Selection) -> CachedFeed[Served]:
        """The feed as it stands now, or the last good one where it cannot be built now.

        Raises:
            ResourceNotFound: no such topic, author, page or archive.
            Busy: nothing to serve yet, and it is being built.
        """
        path = selection.path
        last = self._feeds.get(path)
        try:
            with database.read() as session:
                feed = self._current(session, selection, last)
        except ResourceNotFound:
            self._forget(path)
            raise
        except Exception as error:
            # Whatever it is, readers are better served with what was right a moment ago.
            if last is None:
                raise
            log.exception("a feed cannot be built; the last good one is served", error=str(error))
            last.good_until = self._now() + MEANWHILE_SECONDS
            return last
        # Whether a private feed was revoked is asked each time.
        feed.good_until = 0.0 if selection.token else self._now() + self._check_every
        return feed

    def _current(
        self, session: Session, selection: Selection, last: CachedFeed[Served] | None
    ) -> CachedFeed[Served]:
        version = self._version(session, selection)
        if last and last.version == version:
            return last
        path = selection.path
        with self._lock:
            building = self._building.setdefault(path, Lock())
        if not building.acquire(timeout=0 if last else PATIENCE_SECONDS):
            if last:
                return last
            raise Busy("this feed is being made; ask again in a moment")
        try:
            done = self._feeds.get(path)
            if done and done.version == version:
                return done
            document = build(session, self._config, selection)
            feed = CachedFeed(version, document, self._serve(document, selection))
            self._keep(path, feed)
            return feed
        finally:
            building.release()
            with self._lock:
                self._building.pop(path, None)

    def _version(self, session: Session, selection: Selection) -> str:
        """What the document depends on."""
        changed_at = store.last_change(session, selection.scope)
        archives = store.last_archive(session, selection.scope)
        return f"{self._site} {changed_at and changed_at.isoformat()} {archives}"

    def _keep(self, path: str, feed: CachedFeed[Served]) -> None:
        """Keep a feed; those built longest ago make room."""
        self._forget(path)
        with self._lock:
            self._feeds[path] = feed
            self._bytes += _size(feed)
            while len(self._feeds) > MOST_FEEDS or (
                self._bytes > MOST_BYTES and len(self._feeds) > 1
            ):
                self._bytes -= _size(self._feeds.popitem(last=False)[1])

    def _forget(self, path: str) -> None:
        with self._lock:
            gone = self._feeds.pop(path, None)
            self._bytes -= _size(gone) if gone else 0


def _size(feed: CachedFeed[Served]) -> float:
    return len(feed.document.content) * BYTES_WITH_CODINGS


def _fingerprint(config: Config) -> str:
    """Of everything besides the articles that a feed is made from."""
    told = [
        config.site.model_dump(mode="json", exclude={"secret_key"}),
        config.feeds.model_dump(mode="json"),
        installed_version("newsletter"),
    ]
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]
