"""Application factory for uvicorn's worker processes (`web.workers`).

A worker process learns the configuration file from the environment. Schedule and sender run in the
parent alone.
"""

import logging
import os
from pathlib import Path

from starlette.types import ASGIApp

from newsletter.app import Newsletter
from newsletter.http.server import prepare_process
from newsletter.logging import log_to_stderr
from newsletter.reloading import SettingsWatcher
from newsletter.serving.live import LiveSite

FACTORY = "newsletter.serving.process:make_site"
CONFIG_VARIABLE = "NEWSLETTER_SITE_CONFIG"


def prepare_workers(config_path: Path) -> None:
    """Put the configuration file's path into the environment of the worker processes."""
    os.environ[CONFIG_VARIABLE] = str(config_path.resolve())


def make_site() -> ASGIApp:
    """The application factory that uvicorn calls in each process."""
    log_to_stderr(logging.INFO)
    prepare_process()
    app = Newsletter.from_file(Path(os.environ[CONFIG_VARIABLE]))
    site = LiveSite(app)
    # For as long as the process lives.
    SettingsWatcher(app, site.replace).start()
    return site
