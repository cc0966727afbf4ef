"""Builds transports from `[transports.NAME]` tables: shipped kinds by name, others by module.

A shipped kind is a module of this package with an attribute `Transport`, or a folder whose module
`transport` has one. A new provider is a new file or folder; nothing changes here. Helpers of a
provider stand in its folder; what several share stands in `api` or is named in `_HELPERS`.
"""

import pkgutil
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from newsletter import transports
from newsletter.config.loading import validate
from newsletter.errors import ConfigurationError
from newsletter.transports.base import RELATIVE_TO_CONFIG, Transport

_HELPERS = {
    "base",
    "compatibility",
    "envelope_addresses",
    "bounce_kinds",
    "events",
    "registry",
    "transcript_lines",
    "verdicts",
}
_FOLDER = Path(transports.__path__[0])

_MODULES = {
    module.name: f"{transports.__name__}.{module.name}" + (".transport" if module.ispkg else "")
    for module in pkgutil.iter_modules(transports.__path__)
    if (
        (_FOLDER / module.name / "transport.py").exists()
        if module.ispkg
        else module.name not in _HELPERS
    )
}

KINDS: tuple[str, ...] = tuple(sorted(_MODULES))
"""The shipped kinds."""


def load_transport(
    name: str,
    table: Mapping[str, Any],
    path: Path,
    environment: Mapping[str, str] | None = None,
) -> Transport:
    """Build the transport of a table.

    Args:
        path: the configuration file; paths in the table are relative to its folder.

    Raises:
        ConfigurationError: an unknown kind or invalid options.
    """
    where = f"transports.{name}"
    kind_class = transport_class(table.get("kind"), where)
    options_table = {key: value for key, value in table.items() if key != "kind"}
    _refuse_other_kinds(options_table, kind_class.Options, str(table["kind"]), where)
    options = _anchored(validate(kind_class.Options, options_table, where, path, environment), path)
    transport: Transport = kind_class(options)
    if not isinstance(getattr(transport, "connections", None), int):
        raise ConfigurationError(
            f"{where}.kind: {table['kind']} does not say in `connections` how many sessions "
            "may be open at once; see docs/transports.md"
        )
    return transport


def transport_class(kind: object, where: str = "kind") -> Any:
    """The class of a kind: a shipped one, or "module:attribute".

    Raises:
        ConfigurationError: the kind is not a transport.
    """
    if isinstance(kind, str) and kind in KINDS:
        transport = _shipped(kind)
    elif isinstance(kind, str) and all(kind.partition(":")):
        transport = _imported(kind, where)
    else:
        raise ConfigurationError(
            f"{where}.kind: found {kind!r}; write one of {', '.join(KINDS)}, "
            f"or 'package.module:attribute' for your own{_why_unknown(kind)}"
        )
    return transport


def _shipped(kind: str) -> Any:
    module = import_module(_MODULES[kind])
    try:
        return module.Transport
    except AttributeError:
        raise ConfigurationError(
            f"{module.__name__} has no attribute Transport, so {kind!r} is no kind of transport; "
            "give it one, or name the module in _HELPERS of newsletter/transports/registry.py"
        ) from None


def _why_unknown(kind: object) -> str:
    """What is missing of a folder or module of that name."""
    if not isinstance(kind, str) or not kind.isidentifier():
        return ""
    if (_FOLDER / kind).is_dir():
        return f" (newsletter/transports/{kind} has no module transport, so it is no kind)"
    if kind in _HELPERS:
        return f" (newsletter/transports/{kind}.py is named a helper in registry.py)"
    return ""


def _refuse_other_kinds(
    options_table: Mapping[str, Any], options: type[BaseModel], kind: str, where: str
) -> None:
    """Raise one error where all of a table's unknown options are another shipped kind's."""
    names = set(options.model_fields)
    strange = [
        key for key in options_table if key.removesuffix("_file") not in names and key not in names
    ]
    for other in KINDS if len(strange) > 1 else ():
        if other != kind:
            theirs = transport_class(other).Options.model_fields
            if all(key in theirs or key.removesuffix("_file") in theirs for key in strange):
                raise ConfigurationError(
                    f'{where}: {", ".join(strange)} are options of kind = "{other}", and this '
                    f'table has kind = "{kind}"; change the kind, or remove them'
                )


def _imported(kind: str, where: str) -> Any:
    module, _, attribute = kind.partition(":")
    try:
        exists = find_spec(module) is not None
        value = getattr(import_module(module), attribute, None) if exists else None
    except Exception as error:  # the user's module may fail in any way
        raise ConfigurationError(
            f"{where}.kind: {module} cannot be imported: {type(error).__name__}: {error}"
        ) from error
    if not exists:
        raise ConfigurationError(
            f"{where}.kind: there is no module {module}; install it, "
            "or put its folder into PYTHONPATH"
        )
    if value is None:
        raise ConfigurationError(f"{where}.kind: {module} has no attribute {attribute!r}")
    options = getattr(value, "Options", None)
    is_model = isinstance(options, type) and issubclass(options, BaseModel)
    can_open = callable(value) and callable(getattr(value, "open", None))
    if not (can_open and is_model and options is not BaseModel):
        raise ConfigurationError(
            f"{where}.kind: {kind} is not a transport; a transport is a class with `Options` "
            "(a pydantic model), `connections` and `open()`; see docs/transports.md"
        )
    return value


def _anchored(options: BaseModel, path: Path) -> BaseModel:
    """The options with relative paths resolved against the configuration file's folder."""
    folder = path.resolve().parent
    moved = {
        key: str(folder / getattr(options, key))
        for key, field in type(options).model_fields.items()
        if RELATIVE_TO_CONFIG in field.metadata and getattr(options, key)
    }
    return options.model_copy(update=moved)
