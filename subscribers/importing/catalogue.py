"""The catalogue of programs whose exports are recognised."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from subscribers.importing import programs
from subscribers.importing.program import Program


@cache
def every() -> tuple[Program, ...]:
    """All of them, by name."""
    names = sorted(module.name for module in iter_modules(programs.__path__))
    return tuple(import_module(f"{programs.__name__}.{name}").PROGRAM for name in names)
