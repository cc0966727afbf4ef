"""Cache of built feeds: one build for each change, however many requests.

An entry is fresh for `feeds.check_every`. The first request after that checks for changes;
concurrent ones get the stale entry. While a feed is rebuilt, or if that fails, the last good one is
served.
"""

import json
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import version as installed_version
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from newsletter.config.options import Config
from newsletter.database import Database
from newsletter.errors import Busy, ResourceNotFound
from newsletter.feeds import store
from newsletter.feeds.documents.building import FeedDocument, build
from newsletter.feeds.scopes import Selection
from newsletter.logging import EventLogger

log = EventLogger(__name__)

MAX_FEEDS = 256
MAX_BYTES = 128 * 1024 * 1024
# Size estimate with the compressed forms, which are about half of the document.
BYTES_WITH_CODINGS = 1.5
# Stale entries are served for so long while one request revalidates; then another one tries.
MEANWHILE_SECONDS = 10.0
# How long a request waits for a feed that is not cached.
PATIENCE_SECONDS = 10.0

Served = TypeVar("Served")
"""What is derived from a document and cached with it: the HTTP responses."""


class CachedFeed(Generic[Served]):
    """A built feed."""

    def __init__(self, version: str, document: FeedDocument, served: Served) -> None:
        self.version = version
        self.document = document
        self.served = served
        self.good_until = 0.0
        """When it must be revalidated."""


class FeedCache(Generic[Served]):
    """The feed cache of one site, by path and query."""

    def __init__(
        self,
        config: Config,
        serve: Callable[[FeedDocument, Selection], Served],
        now: Callable[[], float] = monotonic,
        build: Callable[[Session, Config, Selection], FeedDocument] = build,
    ) -> None:
        """
        Args:
            serve: derives the cached responses from a document.
            now: a monotonic clock, in seconds.
        """
        self._config = config
        self._serve = serve
        self._now = now
        self._build = build
        self._check_every = config.feeds.check_every.total_seconds()
        self._site = _fingerprint(config)
        self._feeds: OrderedDict[str, CachedFeed[Served]] = OrderedDict()
        self._bytes = 0.0
        self._lock = Lock()
        self._building: dict[str, Lock] = {}

    def fresh(self, path: str) -> Served | None:
        """The cached response for a path and query; None if it must be revalidated with `get`."""
        feed = self._feeds.get(path)
        if feed is None:
            return None
        now = self._now()
        if now >= feed.good_until:
            feed.good_until = now + MEANWHILE_SECONDS
            return None
        return feed.served

    def get(self, database: Database, selection: Selection) -> CachedFeed[Served]:
        """The current feed, or the last good one if the build fails.

        Raises:
            ResourceNotFound: no such topic, author, page or archive.
            Busy: not cached, and being built.
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
            # Serve stale on any error.
            if last is None:
                raise
            log.exception("feed not built, last good one served", error=str(error))
            last.good_until = self._now() + MEANWHILE_SECONDS
            return last
        # Revocation of a private feed is checked on every request.
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
            document = self._build(session, self._config, selection)
            feed = CachedFeed(version, document, self._serve(document, selection))
            self._keep(path, feed)
            return feed
        finally:
            building.release()
            with self._lock:
                self._building.pop(path, None)

    def _version(self, session: Session, selection: Selection) -> str:
        """Everything that the document depends on."""
        changed_at = store.last_change(session, selection.scope)
        archives = store.last_archive(session, selection.scope)
        return f"{self._site} {changed_at and changed_at.isoformat()} {archives}"

    def _keep(self, path: str, feed: CachedFeed[Served]) -> None:
        """Cache a feed; evicts the oldest builds."""
        self._forget(path)
        with self._lock:
            self._feeds[path] = feed
            self._bytes += _size(feed)
            while len(self._feeds) > MAX_FEEDS or (
                self._bytes > MAX_BYTES and len(self._feeds) > 1
            ):
                self._bytes -= _size(self._feeds.popitem(last=False)[1])

    def _forget(self, path: str) -> None:
        with self._lock:
            gone = self._feeds.pop(path, None)
            self._bytes -= _size(gone) if gone else 0


def _size(feed: CachedFeed[Served]) -> float:
    return len(feed.document.content) * BYTES_WITH_CODINGS


def _fingerprint(config: Config) -> str:
    """Hash of the configuration that a feed depends on."""
    parts = [
        config.site.model_dump(mode="json", exclude={"secret_key"}),
        config.feeds.model_dump(mode="json"),
        installed_version("newsletter"),
    ]
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
