"""Periodic maintenance of feeds: sealing archives and notifying hubs."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.articles import store as articles
from newsletter.clock import Clock
from newsletter.config.options import Config
from newsletter.database import Database
from newsletter.feeds import store
from newsletter.feeds.sealed_archives import seal
from newsletter.feeds.websub import notify_hubs


@dataclass(frozen=True, kw_only=True)
class MaintenanceResult:
    """The result of one run."""

    archives: int
    """Number of newly sealed archives."""
    notices: int
    """Number of accepted notifications, one for each hub and feed."""


class FeedMaintenance:
    """Maintenance of the feeds of one site; cheap if nothing has changed."""

    def __init__(self, database: Database, config: Config, clock: Clock) -> None:
        self._database, self._config, self._clock = database, config, clock
        self._sealed_for: datetime | None = None

    def run(self) -> MaintenanceResult:
        """Do what is due."""
        return MaintenanceResult(
            archives=self._seal(), notices=notify_hubs(self._database, self._config, self._clock)
        )

    def _seal(self) -> int:
        with self._database.read() as session:
            changed_at = articles.last_change(session)
            if changed_at == self._sealed_for:
                return 0
            scopes = [scope for scope, _ in store.scopes(session)]
        sealed = 0
        for scope in scopes:
            # One transaction a scope, so that other writers wait briefly.
            with self._database.write() as session:
                sealed += seal(session, self._config, scope, self._clock.now())
        self._sealed_for = changed_at
        return sealed
