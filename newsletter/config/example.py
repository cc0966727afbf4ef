"""Generates commented configuration files from the option models.

`config.example.toml` has every option; the file of `newsletter init` only those needed before the
settings in the database can be read.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from textwrap import wrap
from typing import Any, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from newsletter.config.durations import write_duration
from newsletter.config.layers import environment_name
from newsletter.config.options import (
    BulletinOptions,
    DatabaseOptions,
    DigestOptions,
    EachArticleOptions,
    FeedOptions,
    Imprint,
    LintOptions,
    Sender,
    Site,
    SourceOptions,
    TemplateOptions,
    TopicFeedOptions,
    WebOptions,
)
from newsletter.config.tables.cluster import ClusterOptions
from newsletter.config.tables.console import ConsoleOptions, ProviderOptions
from newsletter.config.tables.feedback import FeedbackOptions, MailboxOptions
from newsletter.config.tables.joining_options import JoiningOptions
from newsletter.config.tables.sending import (
    AlarmOptions,
    LimitOptions,
    RateOptions,
    RouteOptions,
    SendingOptions,
)
from newsletter.config.tables.theme_options import ThemeOptions

HEADER = """\
# Every option of newsletter, with its default and what it does. A site needs few of them in its
# file: what is left out is a setting (newsletter settings list), what stands here is locked there.
# Options marked as secret may also come from a file named by KEY_file; any from the environment.
"""


@dataclass(frozen=True, kw_only=True)
class ExampleTable:
    """One table of the file.

    Args:
        values: override the defaults.
        active: False writes the table commented out.
    """

    path: str
    model: type[BaseModel]
    values: Mapping[str, Any] = field(default_factory=dict)
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class TransportKind:
    """A shipped transport with its options."""

    kind: str
    options: type[BaseModel]


_BEFORE_TRANSPORTS = (
    ExampleTable(path="site", model=Site),
    ExampleTable(path="site.imprint", model=Imprint),
    ExampleTable(path="database", model=DatabaseOptions),
    ExampleTable(path="senders.default", model=Sender, values={"address": "news@example.org"}),
)
_AFTER_TRANSPORTS = (
    ExampleTable(path="sending", model=SendingOptions),
    ExampleTable(
        path="routes.both",
        model=RouteOptions,
        values={"members": {"default": 3, "second": 1}},
        active=False,
    ),
    ExampleTable(path="limits.default", model=LimitOptions, active=False),
    ExampleTable(path='limits.default.domains."example.org"', model=RateOptions, active=False),
    ExampleTable(path="cluster", model=ClusterOptions, active=False),
    ExampleTable(path="alarms", model=AlarmOptions),
    ExampleTable(path="joining", model=JoiningOptions),
    ExampleTable(path="digests.friday", model=DigestOptions, values={"name": "The Friday digest"}),
    ExampleTable(path="bulletins", model=BulletinOptions),
    ExampleTable(path="each_article", model=EachArticleOptions),
    ExampleTable(path="feeds", model=FeedOptions),
    ExampleTable(
        path="feeds.topics.housing",
        model=TopicFeedOptions,
        values={"entries": 20, "content": "excerpt"},
        active=False,
    ),
    ExampleTable(
        path="sources.partner",
        model=SourceOptions,
        values={"url": "https://example.org/feed.atom"},
        active=False,
    ),
    ExampleTable(path="feedback", model=FeedbackOptions),
    ExampleTable(
        path="feedback.mailboxes.bounces",
        model=MailboxOptions,
        values={
            "kind": "imap",
            "host": "imap.example.org",
            "user": "bounces@example.org",
            "password": "…",
        },
        active=False,
    ),
    ExampleTable(path="web", model=WebOptions),
    ExampleTable(path="console", model=ConsoleOptions),
    ExampleTable(
        path="console.providers.google",
        model=ProviderOptions,
        values={
            "label": "Google",
            "issuer": "https://accounts.google.com",
            "client_id": "…",
            "client_secret": "…",
        },
        active=False,
    ),
    ExampleTable(path="theme", model=ThemeOptions),
    ExampleTable(path="templates", model=TemplateOptions),
    ExampleTable(path="lint", model=LintOptions),
)


def tables(transports: Iterable[TransportKind], values: Mapping[str, Any]) -> list[ExampleTable]:
    """Every table of the file, in order.

    Args:
        values: override the defaults, by full path ("site.name").
    """
    first, *others = transports
    default = {"kind": first.kind, "host": "localhost"}
    of_transports = [
        ExampleTable(path="transports.default", model=first.options, values=default),
        *(
            ExampleTable(
                path=f"transports.{other.kind}",
                model=other.options,
                values={"kind": other.kind, "path": "mails"},
                active=False,
            )
            for other in others
        ),
    ]
    in_order = (*_BEFORE_TRANSPORTS, *of_transports, *_AFTER_TRANSPORTS)
    return [_with_values(table, values) for table in in_order]


def write_example(tables: Iterable[ExampleTable]) -> str:
    """The text of the file."""
    return HEADER + "".join(_write_table(table) for table in tables)


START_KEYS = ("site.secret_key", "database.url", "web.host", "web.port")
START_HEADER = """\
# What newsletter has to know before it can read its database. Everything else is a setting:
# newsletter settings list --all, newsletter settings set site.name="...". Any option may stand
# here as well (config.example.toml explains all); what stands here is locked in the settings.
"""


def write_start(values: Mapping[str, Any]) -> str:
    """The text of a new site's file."""
    blocks = [
        ExampleTable(path="site", model=Site),
        ExampleTable(path="database", model=DatabaseOptions),
        ExampleTable(path="web", model=WebOptions),
    ]
    return START_HEADER + "".join(
        _write_table(_with_values(table, values), only={*START_KEYS, *values}) for table in blocks
    )


def _with_values(table: ExampleTable, values: Mapping[str, Any]) -> ExampleTable:
    own = {
        path.removeprefix(f"{table.path}."): value
        for path, value in values.items()
        if path.rpartition(".")[0] == table.path
    }
    return ExampleTable(
        path=table.path, model=table.model, values={**table.values, **own}, active=table.active
    )


def _write_table(table: ExampleTable, only: Collection[str] = ()) -> str:
    lines = [f"[{table.path}]"]
    if "kind" in table.values and "kind" not in table.model.model_fields:
        lines += ["# What it is; docs/transports.md has all kinds, and how to name one of your own"]
        lines += [f"kind = {toml_value(table.values['kind'])}"]
    for key, option in table.model.model_fields.items():
        if not is_table(option.annotation) and (not only or f"{table.path}.{key}" in only):
            lines += _write_option(table, key, option)
    mark = "" if table.active else "# "
    return "\n" + "".join(f"{mark}{line}\n" for line in lines)


def _write_option(table: ExampleTable, key: str, option: FieldInfo) -> Iterator[str]:
    path = f"{table.path}.{key}"
    secret = _is_secret(option.annotation)
    note = f" (secret: or {key}_file, or {environment_name(path)})" if secret else ""
    yield from (f"# {line}" for line in wrap(f"{option.description}{note}", 97))
    default = None if option.is_required() else option.get_default(call_default_factory=True)
    value = table.values.get(key, default)
    if value is None or (secret and not _plain(value)):
        needed = (option.examples or ["change me"])[0] if option.is_required() else ""
        yield f"# {key} = {toml_value(needed)}"
    else:
        yield f"{key} = {toml_value(value)}"


def _plain(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def toml_value(value: Any) -> str:
    """A value as TOML."""
    match _plain(value):
        case bool() as flag:
            return "true" if flag else "false"
        case int() | float() as number:
            return str(number)
        case timedelta() as duration:
            return f'"{write_duration(duration)}"'
        case tuple() | list() as several:
            return f"[{', '.join(toml_value(one) for one in several)}]"
        case Mapping() as pairs:
            inside = (f"{key} = {toml_value(one)}" for key, one in pairs.items())
            return f"{{ {', '.join(inside)} }}"
        case text:
            return json.dumps(str(text), ensure_ascii=False)


def _is_secret(kind: Any) -> bool:
    return kind is SecretStr or SecretStr in get_args(kind)


def is_table(kind: Any) -> bool:
    """Whether an option is a table of its own, or tables with names (`is_named`)."""
    if is_named(kind):
        kind = get_args(kind)[1]
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def is_named(kind: Any) -> bool:
    """Whether an option is a table of values by names."""
    return get_origin(kind) is dict
