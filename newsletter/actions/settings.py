"""Actions on settings: set and unset, all or nothing, or refused with the path of the option."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from newsletter.actions.action import UnitOfWork, action
from newsletter.actions.context import Context
from newsletter.config.layers import (
    Layer,
    is_file_only,
    kind_of,
    origin_of,
    parse_text,
)
from newsletter.config.loading import check_config, read_file
from newsletter.config.options import Config
from newsletter.config.references import dangling_references
from newsletter.editions import store as editions
from newsletter.errors import ConfigurationError, Conflict, InvalidInput, ResourceNotFound
from newsletter.settings import store
from newsletter.staff.permissions import Permission
from newsletter.transports.compatibility import incompatibilities
from newsletter.transports.registry import load_transport

KIND = "setting"
TRANSPORTS = "transports."
TRANSPORT = "transport"


class SettingsContext(Context, Protocol):
    """What changing a setting needs of the program."""

    @property
    def path(self) -> Path:
        """The configuration file."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment variables that options may come from."""


@action(Permission.ADMINISTER)
def change(work: UnitOfWork[SettingsContext], changes: Mapping[str, str]) -> int:
    """Set options, all of them or none.

    Args:
        changes: values as text by key; lists and tables as TOML.

    Returns:
        How many values differ from before.

    Raises:
        ConfigurationError: the resulting configuration is not valid.
        Conflict: the file or the environment sets one of them.
        InvalidInput: a key is unknown or file-only.
    """
    raw, environment = read_file(work.context.path), work.context.environment
    before = store.values(work.session)
    new_values = {key: _value(key, text) for key, text in changes.items()}
    for key in new_values:
        _refuse_locked(key, raw, environment, work.context.path)
    after = before | new_values
    _check(raw, work.context.path, environment, before, after)
    changed = [key for key in new_values if key not in before or before[key] != after[key]]
    for key in changed:
        store.put(work.session, key, after[key], by=str(work.actor), now=work.now)
    if changed:
        # Not the values: they may be secrets or personal data, and the settings have a history.
        work.about(KIND, changed[0] if len(changed) == 1 else "", keys=changed)
    else:
        work.skip_audit_line()
    return len(changed)


@action(Permission.ADMINISTER)
def unset(work: UnitOfWork[SettingsContext], key: str) -> None:
    """Remove a setting, or every setting of a table.

    Raises:
        ConfigurationError: without it the configuration is not valid.
        ResourceNotFound: it is not set.
    """
    work.about(KIND, key, keys=_take_out(work, key))


@action(Permission.ADMINISTER)
def remove_transport(work: UnitOfWork[SettingsContext], name: str) -> None:
    """Remove a transport that the settings hold. Its provider is not told.

    Raises:
        ConfigurationError: a digest, a limit or something else names it.
        Conflict: mail leaves by it, a route names it, or an edition that is not done does.
        ResourceNotFound: the settings hold no such transport; the file may.
    """
    context = work.context
    raw = read_file(context.path)
    config = check_config(raw, context.path, context.environment, store.values(work.session))
    if config.sending.transport == name:
        raise Conflict(f"all mail leaves by the transport {name}; let it leave by another first")
    for route, options in config.routes.items():
        if name in {*options.members, options.fallback}:
            raise Conflict(f"the route {route} shares mail out to {name}; take it out there first")
    if under_way := editions.leaving_by(work.session, [name]):
        raise Conflict(
            f"edition {under_way[0]} leaves by {name}, and is not done; remove it afterwards, or "
            "cancel the edition"
        )
    _take_out(work, f"transports.{name}")
    work.about(TRANSPORT, name)


def _take_out(work: UnitOfWork[SettingsContext], key: str) -> list[str]:
    """Remove a setting, or every setting of a table; which ones.

    Raises: as `unset`.
    """
    before = store.values(work.session)
    gone = [name for name in before if f"{name}.".startswith(f"{key}.")]
    if not gone:
        raise ResourceNotFound(f"{key} is not set; newsletter settings list shows what is")
    after = {name: value for name, value in before.items() if name not in gone}
    raw = read_file(work.context.path)
    _check(raw, work.context.path, work.context.environment, before, after)
    for name in gone:
        store.remove(work.session, name, by=str(work.actor), now=work.now)
    return gone


def _value(key: str, text: str) -> Any:
    """What is stored for a key.

    Raises:
        InvalidInput: the key is unknown or file-only.
    """
    if is_file_only(key):
        raise InvalidInput(
            f"{key} is needed before settings can be read; write it into newsletter.toml"
        )
    kind = kind_of(key)
    if kind is None and not (key.startswith(TRANSPORTS) and key.count(".") == 2):
        raise InvalidInput(f"{key}: no such option; newsletter settings list --all shows them")
    value = parse_text(text, kind)
    try:
        json.dumps(value)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"{key}: {text} cannot be kept; write dates in quotes") from error
    return value


def _refuse_locked(
    key: str, raw: Mapping[str, Any], environment: Mapping[str, str], path: Path
) -> None:
    where = {
        Layer.FILE: f"in {path}; change it there, or remove it there first",
        Layer.ENVIRONMENT: "by an environment variable; change it there",
    }
    if (origin := origin_of(key, raw, environment, {})) in where:
        raise Conflict(f"{key} is set {where[origin]}")


def _check(
    raw: Mapping[str, Any],
    path: Path,
    environment: Mapping[str, str],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """Refuse a change that makes the configuration invalid in a new way."""
    config = check_config(raw, path, environment, after)
    problems = list(_problems(config, path, environment))
    if problems:
        problems_before = set(
            _problems(check_config(raw, path, environment, before), path, environment)
        )
        if new := [problem for problem in problems if problem not in problems_before]:
            raise ConfigurationError("\n".join(new))


def _problems(config: Config, path: Path, environment: Mapping[str, str]) -> Iterator[str]:
    for name, table in config.transports.items():
        try:
            load_transport(name, table, path, environment)
        except ConfigurationError as error:
            yield str(error)
    yield from dangling_references(config)
    yield from incompatibilities(config)
