"""Live reload: a running process takes up changed settings, whole or not at all.

The file and the environment are read again as well, since the layers are checked together; a
change of them alone is taken up with the next change of a setting, or at the next start.
"""

from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType
from typing import Self

import structlog

from newsletter.app import Newsletter
from newsletter.errors import NewsletterError
from newsletter.settings import store

log = structlog.get_logger()

INTERVAL_SECONDS = 1.0


class SettingsWatcher:
    """Looks for changed settings once a second, on a thread of its own while a block runs."""

    def __init__(self, app: Newsletter, apply: Callable[[Newsletter], None]) -> None:
        """
        Args:
            take_up: puts the site with the new settings in the place of the one before; called
                only where all of the configuration is valid.
        """
        self._app = app
        self._seen = app.settings_version
        self._apply = apply
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="settings", daemon=True)

    def start(self) -> None:
        """Begin to look; for a process that does so until it ends."""
        self._thread.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._thread.join()

    def poll(self) -> None:
        """Take up the settings if they have changed since the last look.

        Settings that cannot be used are logged once, and those before them stay in force.
        """
        with self._app.database.read() as session:
            found = store.version(session)
        if found == self._seen:
            return
        self._seen = found
        try:
            fresh = self._app.reread()
            fresh.check()
        except NewsletterError as error:
            log.error("changed settings not taken up", error=str(error))  # noqa: TRY400
            return
        self._app = fresh
        self._apply(fresh)
        log.info("changed settings taken up", version=found)

    def _run(self) -> None:
        while not self._stopping.wait(INTERVAL_SECONDS):
            try:
                self.poll()
            except NewsletterError as error:
                log.error("settings not read", error=str(error))  # noqa: TRY400
