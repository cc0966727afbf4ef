"""The options of a kind of transport as a form shows them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic.fields import FieldInfo

from newsletter.config.durations import write_duration
from newsletter.config.layers import is_secret
from newsletter.queries.settings.options import as_typed, choices_of
from newsletter.transports.registry import KINDS, transport_class

_FOR_TRIALS: Mapping[str, str] = {
    "console": "The terminal: mails nobody",
    "maildir": "A folder of this machine: mails nobody",
}
# What nearly everybody needs, beside what must be given.
_USUAL: Mapping[str, Sequence[str]] = {
    "smtp": ("host", "security", "port", "username", "password"),
    "http": ("api_url", "secret"),
}
# Providers have theirs from `Provider.name`.
_NAMES: Mapping[str, str] = {
    **_FOR_TRIALS,
    "smtp": "A mail server (SMTP)",
    "http": "A service of your own (signed HTTP)",
}


@dataclass(frozen=True, kw_only=True)
class TransportOption:
    """One option of a transport."""

    key: str
    description: str
    text: str
    """As it is typed; empty of a secret."""
    default: str
    choices: Sequence[str]
    is_secret: bool
    is_set: bool
    is_needed: bool
    is_usual: bool


def kinds() -> list[tuple[str, str]]:
    """The kinds that mail people, with their names."""
    offered = sorted(set(KINDS) - set(_FOR_TRIALS), key=lambda kind: (kind != "smtp", kind))
    return [(kind, name_of(kind)) for kind in offered]


def name_of(kind: str) -> str:
    """What a kind is called: a shipped one by its name or its provider's, others as they are."""
    if kind in _NAMES or kind not in KINDS:
        return _NAMES.get(kind, kind)
    provider = getattr(transport_class(kind), "provider", None)
    return str(provider.name) if provider else kind


def options_of(kind: str, table: Mapping[str, Any]) -> Iterator[TransportOption]:
    """The options of a kind, those that must be given first.

    Args:
        table: what is set of them.

    Raises:
        ConfigurationError: there is no such kind.
    """
    fields = transport_class(kind).Options.model_fields
    usual = _USUAL.get(kind, ())
    needed = [key for key, field in fields.items() if field.is_required() and key not in usual]
    for key in dict.fromkeys((*usual, *needed, *fields)):
        if key in fields:
            yield _option(key, fields[key], table, is_usual=key in usual or key in needed)


def _option(
    key: str, field: FieldInfo, table: Mapping[str, Any], *, is_usual: bool
) -> TransportOption:
    secret = is_secret(field.annotation)
    default = "" if secret or field.is_required() else _typed(field.get_default())
    return TransportOption(
        key=key,
        description=field.description or "",
        text="" if secret else _typed(table[key]) if key in table else default,
        default=default,
        choices=choices_of(field.annotation),
        is_secret=secret,
        is_set=bool(table.get(key)) or f"{key}_file" in table,
        is_needed=field.is_required(),
        is_usual=is_usual,
    )


def _typed(value: Any) -> str:
    return write_duration(value) if isinstance(value, timedelta) else as_typed(value)
