"""Finds the screens: every module of a folder of `newsletter.console` with a list ROUTES."""

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from starlette.routing import compile_path

import newsletter.console
from newsletter.console.frame.routes import ConsoleRoute
from newsletter.errors import ResourceNotFound

FRAME = "newsletter.console.frame"


@cache
def screens() -> Sequence[ConsoleRoute]:
    """The routes of all screens, in a fixed order."""
    return tuple(_found())


def route_at(method: str, path: str) -> tuple[ConsoleRoute, dict[str, Any]]:
    """The route of a path below /console, and the parameters in it.

    Raises:
        ResourceNotFound: there is none.
    """
    for route in screens():
        pattern, _, convertors = compile_path(route.path)
        if route.method == method and (match := pattern.match(path)):
            values = match.groupdict()
            return route, {name: convertors[name].convert(values[name]) for name in values}
    raise ResourceNotFound(f"there is no form at {path}")


def _found() -> Iterator[ConsoleRoute]:
    path, prefix = newsletter.console.__path__, f"{newsletter.console.__name__}."
    for info in sorted(pkgutil.walk_packages(path, prefix), key=lambda module: module.name):
        if info.ispkg or info.name.startswith(f"{FRAME}.") or info.name.count(".") < 3:
            continue
        module = importlib.import_module(info.name)
        yield from getattr(module, "ROUTES", ())
