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
class Table:
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


def tables(transports: Iterable[TransportKind], values: Mapping[str, Any]) -> list[Table]:
    """Every table of the file, in order.

    Args:
        values: override the defaults, by full path ("site.name").
    """
    first, *others = transports
    found = [
        Table(path="site", model=Site),
        Table(path="site.imprint", model=Imprint),
        Table(path="database", model=DatabaseOptions),
        Table(path="senders.default", model=Sender, values={"address": "news@example.org"}),
        Table(
            path="transports.default",
            model=first.options,
            values={"kind": first.kind, "host": "localhost"},
        ),
        *(
            Table(
                path=f"transports.{other.kind}",
                model=other.options,
                values={"kind": other.kind, "path": "mails"},
                active=False,
            )
            for other in others
        ),
        Table(path="sending", model=SendingOptions),
        Table(
            path="routes.both",
            model=RouteOptions,
            values={"members": {"default": 3, "second": 1}},
            active=False,
        ),
        Table(path="limits.default", model=LimitOptions, active=False),
        Table(path='limits.default.domains."example.org"', model=RateOptions, active=False),
        Table(path="cluster", model=ClusterOptions, active=False),
        Table(path="alarms", model=AlarmOptions),
        Table(path="joining", model=JoiningOptions),
        Table(path="digests.friday", model=DigestOptions, values={"name": "The Friday digest"}),
        Table(path="bulletins", model=BulletinOptions),
        Table(path="each_article", model=EachArticleOptions),
        Table(path="feeds", model=FeedOptions),
        Table(
            path="feeds.topics.housing",
            model=TopicFeedOptions,
            values={"entries": 20, "content": "excerpt"},
            active=False,
        ),
        Table(
            path="sources.partner",
            model=SourceOptions,
            values={"url": "https://example.org/feed.atom"},
            active=False,
        ),
        Table(path="feedback", model=FeedbackOptions),
        Table(
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
        Table(path="web", model=WebOptions),
        Table(path="console", model=ConsoleOptions),
        Table(
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
        Table(path="theme", model=ThemeOptions),
        Table(path="templates", model=TemplateOptions),
        Table(path="lint", model=LintOptions),
    ]
    return [_with_values(table, values) for table in found]


def write_example(found: Iterable[Table]) -> str:
    """The text of the file."""
    return HEADER + "".join(_write_table(table) for table in found)


START_KEYS = ("site.secret_key", "database.url", "web.host", "web.port")
START_HEADER = """\
# What newsletter has to know before it can read its database. Everything else is a setting:
# newsletter settings list --all, newsletter settings set site.name="...". Any option may stand
# here as well (config.example.toml explains all); what stands here is locked in the settings.
"""


def write_start(values: Mapping[str, Any]) -> str:
    """The text of a new site's file."""
    found = [
        Table(path="site", model=Site),
        Table(path="database", model=DatabaseOptions),
        Table(path="web", model=WebOptions),
    ]
    return START_HEADER + "".join(
        _write_table(_with_values(table, values), only={*START_KEYS, *values}) for table in found
    )


def _with_values(table: Table, values: Mapping[str, Any]) -> Table:
    own = {
        path.removeprefix(f"{table.path}."): value
        for path, value in values.items()
        if path.rpartition(".")[0] == table.path
    }
    return Table(
        path=table.path, model=table.model, values={**table.values, **own}, active=table.active
    )


def _write_table(table: Table, only: Collection[str] = ()) -> str:
    lines = [f"[{table.path}]"]
    if "kind" in table.values and "kind" not in table.model.model_fields:
        lines += ["# What it is; docs/transports.md has all kinds, and how to name one of your own"]
        lines += [f"kind = {toml_value(table.values['kind'])}"]
    for key, option in table.model.model_fields.items():
        if not is_table(option.annotation) and (not only or f"{table.path}.{key}" in only):
            lines += _write_option(table, key, option)
    mark = "" if table.active else "# "
    return "\n" + "".join(f"{mark}{line}\n" for line in lines)


def _write_option(table: Table, key: str, option: FieldInfo) -> Iterator[str]:
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
