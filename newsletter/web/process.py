"""The site in a process of its own, one of several that `newsletter serve` starts.

Such a process shares nothing with its parent but the environment, where the configuration is named.
It sends nothing and follows no schedule: that stays with the parent.
"""

import logging
import os
from pathlib import Path

from starlette.types import ASGIApp

from newsletter.app import Newsletter
from newsletter.logging import log_to_stderr
from newsletter.web.routes import create_site
from newsletter.web.server import allow_connections

FACTORY = "newsletter.web.process:make_site"
CONFIG_VARIABLE = "NEWSLETTER_SITE_CONFIG"


def prepare_workers(config_path: Path) -> None:
    """Tell the processes to come where the configuration is."""
    os.environ[CONFIG_VARIABLE] = str(config_path.resolve())


def make_site() -> ASGIApp:
    """The site, as uvicorn asks for it in each process."""
    log_to_stderr(logging.INFO)
    allow_connections()
    return create_site(Newsletter.from_file(Path(os.environ[CONFIG_VARIABLE])))
