"""What a running site does for its feeds by itself: sealing archives and telling hubs."""

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
    """What a look led to."""

    archives: int
    """Newly sealed."""
    notices: int
    """Taken by hubs: one for each hub and feed."""


class FeedMaintenance:
    """Looks after the feeds of one site; cheap where nothing has changed."""

    def __init__(self, database: Database, config: Config, clock: Clock) -> None:
        self._database, self._config, self._clock = database, config, clock
        self._sealed_for: datetime | None = None

    def look(self) -> MaintenanceResult:
        """Do what is due now."""
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
            # Each in its own transaction, so that no writer waits for all of them.
            with self._database.write() as session:
                sealed += seal(session, self._config, scope, self._clock.now())
        self._sealed_for = changed_at
        return sealed
