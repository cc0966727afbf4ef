"""Options for display: value, origin, whether locked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from newsletter.actions.settings import TRANSPORTS, SettingsContext
from newsletter.config.example import toml_value
from newsletter.config.layers import (
    Origin,
    is_file_only,
    is_secret,
    kind_of,
    option_keys,
    origin_of,
)
from newsletter.config.loading import read_file
from newsletter.config.options import Config
from newsletter.errors import ConfigurationError
from newsletter.settings import store
from newsletter.transports.registry import transport_class

HIDDEN = "(secret)"


@dataclass(frozen=True, kw_only=True)
class OptionView:
    """One option."""

    key: str
    value: str
    """As TOML; a secret is never shown."""
    origin: Origin
    is_locked: bool
    """Whether the file or the environment sets it, or it is file-only."""
    changed_at: datetime | None
    changed_by: str | None


@dataclass(frozen=True, kw_only=True)
class EarlierValue:
    """One value in a setting's history."""

    value: str | None
    """As TOML; None where it was unset."""
    changed_at: datetime
    changed_by: str


def options(session: Session, context: SettingsContext) -> Iterator[OptionView]:
    """Every option, in the order of the file."""
    raw = read_file(context.path)
    stored = {setting.key: setting for setting in store.settings(session)}
    for key, value in option_keys(Config, context.config):
        origin = origin_of(key, raw, context.environment, stored)
        setting = stored.get(key) if origin is Origin.SETTING else None
        yield OptionView(
            key=key,
            value=_shown(key, value, context.config),
            origin=origin,
            is_locked=origin in {Origin.FILE, Origin.ENVIRONMENT} or is_file_only(key),
            changed_at=setting.changed_at if setting else None,
            changed_by=setting.changed_by if setting else None,
        )


def history(session: Session, context: SettingsContext, key: str) -> Sequence[EarlierValue]:
    """Every value of a key, newest first."""
    return [
        EarlierValue(
            value=None if change.value is None else _shown(key, change.value, context.config),
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


def _kind(key: str, config: Config) -> Any:
    if not key.startswith(TRANSPORTS):
        return kind_of(key)
    _, name, option = key.split(".", 2)
    try:
        made = transport_class(config.transports.get(name, {}).get("kind"))
    except ConfigurationError:
        return None
    field = made.Options.model_fields.get(option)
    return field.annotation if field else None
