"""Options for display: value, origin, whether locked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo
from sqlalchemy.orm import Session

from newsletter.actions.settings import TRANSPORTS, SettingsContext
from newsletter.config.example import toml_value
from newsletter.config.layers import (
    Layer,
    field_of,
    is_file_only,
    is_secret,
    option_keys,
    origin_of,
)
from newsletter.config.loading import check_config, read_file
from newsletter.config.options import Config
from newsletter.errors import ConfigurationError, ResourceNotFound
from newsletter.settings import store
from newsletter.transports.registry import transport_class

HIDDEN = "(secret)"


@dataclass(frozen=True, kw_only=True)
class OptionView:
    """One option."""

    key: str
    value: str
    """As TOML; a secret is never shown."""
    origin: Layer
    is_locked: bool
    """Whether the file or the environment sets it, or it is file-only."""
    description: str
    choices: Sequence[str]
    """What it may be, where that is a short list."""
    is_secret: bool
    text: str
    """The value as it is typed: texts without quotes; a secret never."""
    changed_at: datetime | None
    changed_by: str | None


@dataclass(frozen=True, kw_only=True)
class EarlierValue:
    """One value in a setting's history."""

    value: str | None
    """As TOML; None where it was unset."""
    text: str
    """As it is typed; empty of a secret."""
    changed_at: datetime
    changed_by: str


def options(session: Session, context: SettingsContext) -> Iterator[OptionView]:
    """Every option, in the order of the file."""
    raw, config = read_file(context.path), current(session, context)
    stored = {setting.key: setting for setting in store.settings(session)}
    for key, value in option_keys(Config, config):
        origin = origin_of(key, raw, context.environment, stored)
        setting = stored.get(key) if origin is Layer.SETTING else None
        field = _field(key, config)
        kind = field.annotation if field is not None else None
        yield OptionView(
            key=key,
            description=(field.description or "") if field is not None else "",
            choices=choices_of(kind),
            is_secret=is_secret(kind),
            text="" if is_secret(kind) else as_typed(value),
            value=_shown(key, value, config),
            origin=origin,
            is_locked=origin in {Layer.FILE, Layer.ENVIRONMENT} or is_file_only(key),
            changed_at=setting.changed_at if setting else None,
            changed_by=setting.changed_by if setting else None,
        )


def current(session: Session, context: SettingsContext) -> Config:
    """The configuration with the settings as they are stored at this moment.

    A running process takes a change up within two seconds; whoever made it sees it at once.

    Raises:
        ConfigurationError: file or settings cannot be used.
    """
    raw = read_file(context.path)
    return check_config(raw, context.path, context.environment, store.values(session))


def option(session: Session, context: SettingsContext, key: str) -> OptionView:
    """One option.

    Raises:
        ResourceNotFound: there is none with this key.
    """
    view = next((one for one in options(session, context) if one.key == key), None)
    if view is None:
        raise ResourceNotFound(f"there is no option {key}")
    return view


def history(session: Session, context: SettingsContext, key: str) -> Sequence[EarlierValue]:
    """Every value of a key, newest first."""
    return [
        EarlierValue(
            value=None if change.value is None else _shown(key, change.value, context.config),
            text="" if is_secret(_kind(key, context.config)) else as_typed(change.value),
            changed_at=change.changed_at,
            changed_by=change.changed_by,
        )
        for change in store.history(session, key)
    ]


def _shown(key: str, value: Any, config: Config) -> str:
    if value in (None, ""):
        return ""
    if is_secret(_kind(key, config)):
        return HIDDEN if str(getattr(value, "get_secret_value", lambda: value)()) else ""
    return toml_value(value)


def as_typed(value: Any) -> str:
    """A value as somebody types it into a field."""
    if value is None:
        return ""
    return value if isinstance(value, str) else toml_value(value)


def choices_of(kind: Any) -> Sequence[str]:
    """What an option of a type may be, where that is a short list."""
    if kind is bool:
        return ("true", "false")
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return [str(member) for member in kind]
    return [str(one) for one in get_args(kind)] if get_origin(kind) is Literal else ()


def _kind(key: str, config: Config) -> Any:
    field = _field(key, config)
    return field.annotation if field is not None else None


def _field(key: str, config: Config) -> FieldInfo | None:
    if not key.startswith(TRANSPORTS):
        return field_of(key)
    _, name, option = key.split(".", 2)
    try:
        transport = transport_class(config.transports.get(name, {}).get("kind"))
    except ConfigurationError:
        return None
    field: FieldInfo | None = transport.Options.model_fields.get(option)
    return field
