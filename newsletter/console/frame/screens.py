"""Finds the screens: every module of a folder of `newsletter.console` with a list ROUTES."""

import importlib
import pkgutil
from collections.abc import Iterator

import newsletter.console
from newsletter.console.frame.routes import ConsoleRoute

FRAME = "newsletter.console.frame"


def screens() -> Iterator[ConsoleRoute]:
    """The routes of all screens, in a fixed order."""
    path, prefix = newsletter.console.__path__, f"{newsletter.console.__name__}."
    for found in sorted(pkgutil.walk_packages(path, prefix), key=lambda module: module.name):
        if found.ispkg or found.name.startswith(f"{FRAME}.") or found.name.count(".") < 3:
            continue
        module = importlib.import_module(found.name)
        yield from getattr(module, "ROUTES", ())
