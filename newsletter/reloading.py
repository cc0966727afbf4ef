"""Live reload of changed settings in a running process, all or nothing.

File and environment are read again too, since the layers are validated together; a change of them
alone is applied with the next change of a setting, or at the next start.
"""

from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType
from typing import Self

from newsletter.app import Newsletter
from newsletter.errors import NewsletterError
from newsletter.logging import EventLogger
from newsletter.settings import store

log = EventLogger(__name__)

INTERVAL_SECONDS = 1.0


class SettingsWatcher:
    """Polls for changed settings once a second, on a thread of its own."""

    def __init__(self, app: Newsletter, apply: Callable[[Newsletter], None]) -> None:
        """
        Args:
            apply: replaces the site by the one with the new settings; called only for a valid
                configuration.
        """
        self._app = app
        self._seen = app.settings_version
        self._apply = apply
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="settings", daemon=True)

    def start(self) -> None:
        """Start polling until the process ends."""
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
        """Apply the settings if they have changed since the last poll.

        Invalid settings are logged once; the previous ones stay in force.
        """
        with self._app.database.read() as session:
            version = store.version(session)
        if version == self._seen:
            return
        self._seen = version
        try:
            fresh = self._app.reread()
            fresh.check()
        except NewsletterError as error:
            log.error("changed settings are invalid", error=str(error))  # noqa: TRY400
            return
        self._app = fresh
        self._apply(fresh)
        log.info("changed settings applied", version=version)

    def _run(self) -> None:
        while not self._stopping.wait(INTERVAL_SECONDS):
            try:
                self.poll()
            except NewsletterError as error:
                log.error("settings not read", error=str(error))  # noqa: TRY400
            except Exception:
                log.exception("settings not read")  # the next change is to be seen all the same
