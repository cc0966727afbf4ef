"""Loads and validates the configuration.

All errors are reported at once, each with its full path, the value found and what is allowed.
"""

import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_origin

from pydantic import BaseModel, ValidationError

from newsletter.config.layers import (
    environment_name,
    is_secret,
    parse_text,
    section_of,
    with_settings,
)
from newsletter.config.options import Config, DatabaseOptions
from newsletter.errors import ConfigurationError

M = TypeVar("M", bound=BaseModel)


def load_config(
    path: Path,
    environment: Mapping[str, str] | None = None,
    stored: Mapping[str, Any] | None = None,
) -> Config:
    """The validated configuration of a file.

    Args:
        stored: settings in the database by full key; the file takes precedence.

    Raises:
        ConfigurationError: missing, not TOML, or with unknown or wrong keys.
    """
    return check_config(read_file(path), path, environment, stored)


def read_file(path: Path) -> dict[str, Any]:
    """The parsed file, not validated.

    Raises:
        ConfigurationError: it is missing, cannot be read, or is not TOML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{path} does not exist; make one with: newsletter init"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from error
    return _parse(text, path)


def parse_config(text: str, path: Path, environment: Mapping[str, str] | None = None) -> Config:
    """The validated configuration of a text; relative paths are relative to `path`."""
    return check_config(_parse(text, path), path, environment)


def check_config(
    raw: Mapping[str, Any],
    path: Path,
    environment: Mapping[str, str] | None = None,
    stored: Mapping[str, Any] | None = None,
) -> Config:
    """The validated configuration of a file's tables merged over the stored settings."""
    merged = with_settings(raw, stored or {})
    config = validate(Config, merged, "", path, environment, stored)
    return _anchored(config, path.resolve().parent)


def database_url(
    raw: Mapping[str, Any], path: Path, environment: Mapping[str, str] | None = None
) -> str:
    """The database URL, needed to read the stored settings."""
    table = raw.get("database", {})
    options = (
        validate(DatabaseOptions, table, "database", path, environment)
        if isinstance(table, dict)
        else validate(Config, raw, "", path, environment).database
    )
    return _beside(options.url, path.resolve().parent)


def _parse(text: str, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not TOML: {error}") from error


def validate(
    model: type[M],
    raw: Mapping[str, Any],
    where: str,
    path: Path,
    environment: Mapping[str, str] | None = None,
    stored: Mapping[str, Any] | None = None,
) -> M:
    """A table validated by its model, completed from the environment and secret files.

    Args:
        where: the table's path in the file ("transports.main"), empty for the whole.
        stored: the settings merged into it, named in messages.
    """
    env = os.environ if environment is None else environment
    filled = _with_environment(model, raw, where, path.resolve().parent, env)
    try:
        return model.model_validate(filled)
    except ValidationError as error:
        lines = [_explain(model, e, where, stored or {}) for e in error.errors()]
        raise ConfigurationError(
            "\n".join([f"{path}:", *(f"  {line}" for line in lines)])
        ) from None


def _with_environment(
    model: type[BaseModel],
    raw: Mapping[str, Any],
    where: str,
    folder: Path,
    env: Mapping[str, str],
) -> dict[str, Any]:
    """A copy of the table with `key_file` and NEWSLETTER_… resolved to `key`."""
    table = dict(raw)
    for key, field in model.model_fields.items():
        here = f"{where}.{key}" if where else key
        kind = field.annotation
        section = section_of(kind)
        if section is None:
            _fill(table, key, here, folder, env, kind)
        elif isinstance(table.get(key, {}), dict) and get_origin(kind) is dict:
            table[key] = {
                name: _with_environment(section, entry, f"{here}.{name}", folder, env)
                if isinstance(entry, dict)
                else entry
                for name, entry in table.get(key, {}).items()
            }
        elif isinstance(table.get(key, {}), dict):
            table[key] = _with_environment(section, table.get(key, {}), here, folder, env)
    return table


def _fill(
    table: dict[str, Any], key: str, where: str, folder: Path, env: Mapping[str, str], kind: Any
) -> None:
    variable = environment_name(where)
    file = table.pop(f"{key}_file", None) if is_secret(kind) else None
    if variable in env:
        table[key] = parse_text(env[variable], kind)
    elif isinstance(file, str):
        if key in table:
            raise ConfigurationError(f"{where} and {where}_file are both given; keep one")
        try:
            table[key] = (folder / file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{where}_file: {file} cannot be read: {error}") from error
    elif file is not None:
        raise ConfigurationError(f"{where}_file: found {file!r}; write the path of a file")


def _explain(model: type[BaseModel], error: Any, where: str, stored: Mapping[str, Any]) -> str:
    parts = [str(part) for part in error["loc"] if not str(part).startswith("function-")]
    full = ".".join([where, *parts] if where else parts)
    message = _message(model, error, full, parts)
    key = next((k for k in stored if f"{full}.".startswith(f"{k}.")), None)
    return message if key is None else f"{message} (a setting; newsletter settings unset {key})"


def _message(model: type[BaseModel], error: Any, full: str, parts: list[str]) -> str:
    shown = _shown(model, error)
    if error["type"] == "extra_forbidden":
        allowed = _allowed(model, error["loc"][:-1])
        near = get_close_matches(parts[-1], allowed, 1)
        hint = f"did you mean {near[0]}? " if near else ""
        return f"{full}: no such option; {hint}allowed here: {', '.join(sorted(allowed))}"
    if error["type"] == "missing":
        return f"{full}: missing; {_description(model, error['loc'])}"
    if error["type"] == "string_pattern_mismatch" and "a-z0-9" in str(error.get("ctx")):
        return f"{full}: {shown}; write lower-case letters, digits and single hyphens"
    reason = str(error["msg"]).removeprefix("Value error, ")
    return f"{full}: {shown}; {reason[0].lower()}{reason[1:]}"


def _shown(model: type[BaseModel], error: Any) -> str:
    """The value found; secrets, and tables that may hold some, are not shown."""
    if is_secret(getattr(_walk(model, error["loc"]), "annotation", None)):
        return "found something else"
    return "found a table" if isinstance(error["input"], dict) else f"found {error['input']!r}"


def _walk(model: type[BaseModel], location: tuple[Any, ...]) -> Any:
    """The model or field at a location, as far as it exists."""
    value: Any = model
    for part in location:
        if isinstance(value, type) and issubclass(value, BaseModel) and part in value.model_fields:
            kind = value.model_fields[part].annotation
            value = section_of(kind) or value.model_fields[part]
    return value


def _allowed(model: type[BaseModel], location: tuple[Any, ...]) -> list[str]:
    option = _walk(model, location)
    names = list(option.model_fields)
    secrets = [f"{n}_file" for n in names if is_secret(option.model_fields[n].annotation)]
    return names + secrets


def _description(model: type[BaseModel], location: tuple[Any, ...]) -> str:
    option = _walk(model, location)
    return str(getattr(option, "description", None) or "this table is needed")


def _anchored(config: Config, folder: Path) -> Config:
    """The configuration with relative paths resolved against the file's folder."""

    def beside(value: str) -> str:
        return str(folder / value) if value else ""

    return config.model_copy(
        update={
            "database": config.database.model_copy(
                update={"url": _beside(config.database.url, folder)}
            ),
            "sending": config.sending.model_copy(
                update={"state_folder": beside(config.sending.state_folder)}
            ),
            "web": config.web.model_copy(update={"caught_mails": beside(config.web.caught_mails)}),
            "templates": config.templates.model_copy(
                update={"folder": beside(config.templates.folder)}
            ),
        }
    )


def _beside(url: str, folder: Path) -> str:
    """The database URL; a relative SQLite path is resolved against the folder."""
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith("sqlite:////") and ":memory:" not in url:
        return f"{prefix}{folder / url.removeprefix(prefix)}"
    return url
