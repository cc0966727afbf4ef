"""Configuration layers: default < stored setting < file < environment.

Keys are full paths: "site.name", "digests.friday.schedule", "transports.main.host".
"""

import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from newsletter.config.options import Config

ENVIRONMENT_PREFIX = "NEWSLETTER"

FILE_ONLY = (
    # Needed before the database can be read.
    "database",
    "site.secret_key",
    # Read once, at start.
    "cluster",
    "web.host",
    "web.port",
    "web.workers",
    # Folders of the machine.
    "web.caught_mails",
    "sending.state_folder",
    "templates.folder",
)
"""Options and tables that stored settings cannot set."""

# Tables never merged across layers: `kind` decides which keys are valid.
_WHOLE = "transports"


class Layer(StrEnum):
    """The layer that an option's value comes from."""

    DEFAULT = "default"  # built in
    SETTING = "setting"  # stored in the database
    FILE = "file"  # newsletter.toml, or a file that KEY_file names
    ENVIRONMENT = "environment"  # NEWSLETTER_…


def environment_name(key: str) -> str:
    """The environment variable of a key: NEWSLETTER_TRANSPORTS_MAIN_PASSWORD and so on."""
    return "_".join([ENVIRONMENT_PREFIX, *key.replace("-", "_").split(".")]).upper()


def with_settings(raw: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The file's tables, completed by stored settings."""
    merged = _copy(raw)
    for key, value in stored.items():
        if not is_in_file(raw, key):
            table = merged
            *tables, last = key.split(".")
            for name in tables:
                table = table.setdefault(name, {})
            table[last] = value
    return merged


def is_in_file(raw: Mapping[str, Any], key: str) -> bool:
    """Whether the file sets this key, its KEY_file, its transport, or a non-table in its path."""
    *tables, last = key.split(".")
    if tables[:1] == [_WHOLE] and len(tables) > 1:
        names = raw.get(_WHOLE, {})
        return not isinstance(names, Mapping) or tables[1] in names
    table: Any = raw
    for name in tables:
        table = table.get(name, {})
        if not isinstance(table, Mapping):
            return True
    return last in table or f"{last}_file" in table


def origin_of(
    key: str, raw: Mapping[str, Any], environment: Mapping[str, str], stored: Mapping[str, Any]
) -> Layer:
    """The highest layer that sets a key."""
    if environment_name(key) in environment:
        return Layer.ENVIRONMENT
    if is_in_file(raw, key):
        return Layer.FILE
    return Layer.SETTING if key in stored else Layer.DEFAULT


def is_file_only(key: str) -> bool:
    """Whether only the file or the environment can set this key."""
    return any(f"{key}.".startswith(f"{name}.") for name in FILE_ONLY)


def option_keys(model: type[BaseModel], value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """The key and value of every option of a table, nested tables included."""
    for name, field in model.model_fields.items():
        key, option_value = f"{where}{name}", getattr(value, name)
        section = section_of(field.annotation)
        if section is None and key == _WHOLE:
            for entry, table in option_value.items():
                yield from ((f"{key}.{entry}.{option}", one) for option, one in table.items())
        elif section is None:
            yield key, option_value
        elif get_origin(field.annotation) is dict:
            for entry, table in option_value.items():
                yield from option_keys(section, table, f"{key}.{entry}.")
        else:
            yield from option_keys(section, option_value, f"{key}.")


def kind_of(key: str) -> Any:
    """The type of an option; None if the key is unknown.

    Options of transports are unknown here: they depend on the kind.
    """
    field = field_of(key)
    kind = field.annotation if field is not None else None
    section = section_of(kind)
    if section is not None:
        kind = section
    return None if isinstance(kind, type) and issubclass(kind, BaseModel) else kind


def field_of(key: str) -> FieldInfo | None:
    """The field of an option; None if the key is unknown, or names one of several tables."""
    kind: Any = Config
    field: FieldInfo | None = None
    parts = key.split(".")
    while parts:
        field = getattr(kind, "model_fields", {}).get(parts.pop(0))
        if field is None:
            return None
        kind = field.annotation
        section = section_of(kind)
        if section is not None and get_origin(kind) is dict:
            if not parts:
                return None
            parts.pop(0)
            if not parts:
                return None
        kind = section or kind
    return field


def parse_text(text: str, kind: Any) -> Any:
    """Parse an option's value from text; lists and tables as TOML."""
    if kind is not str and text[:1] in {"[", "{"}:
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            return text
    return text


def section_of(kind: Any) -> type[BaseModel] | None:
    """The model of a table, or of each table in a table of tables; None for a plain option."""
    if get_origin(kind) is dict:
        kind = get_args(kind)[1]
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def is_secret(kind: Any) -> bool:
    """Whether an option of this type is a secret."""
    if get_origin(kind) in {Union, UnionType}:
        return any(is_secret(part) for part in get_args(kind))
    return kind is SecretStr


def _copy(table: Mapping[str, Any]) -> dict[str, Any]:
    return {k: _copy(v) if isinstance(v, Mapping) else v for k, v in table.items()}
