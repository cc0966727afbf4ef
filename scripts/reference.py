"""The reference pages of docs/, generated from options and commands."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Literal, get_args, get_origin

import click
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from newsletter.cli.main import COMMANDS, cli
from newsletter.cli.operations.init import transport_kinds
from newsletter.config.durations import write_duration
from newsletter.config.example import ExampleTable, is_named, is_table, tables
from newsletter.config.layers import environment_name

CONFIGURATION = """\
# Configuration

An option has a value in one of four layers, and the highest that gives one wins:

1. the **default**, as the tables below say;
2. a **setting** in the database: `newsletter settings set site.name="Wexcombe Forward"`. A running
   `serve` or `worker` takes it up within two seconds, whole or not at all; an edition keeps what it
   was made with. `newsletter settings history site.name` shows every earlier value;
3. the **file** `newsletter.toml` (another is named by `--config FILE` or `NEWSLETTER_CONFIG`). What
   stands there is locked in the settings; a transport in the file is taken from there as a whole.
   `newsletter init` writes a short one; `config.example.toml` explains every option;
4. the **environment**: `NEWSLETTER_SITE_NAME` for `site.name`, `NEWSLETTER_WEB_PORT` for
   `web.port`, and so on; lists are written as in the file.

`newsletter settings list` shows what is not at its default and where it comes from. The database,
the secret key, the cluster, the address to listen on and the folders can stand in the file or the
environment only, since they are needed before settings can be read. A change of the file holds from
the next start. `newsletter check` says what is wrong or still missing.

- **Wrong or unknown options are refused**, all at once, each with its full path, what was found
  and what is allowed.
- **Secrets** may also come from a file of their own: `password_file = "smtp-password"` in place of
  `password`. They are never shown.
- **Relative paths** are beside the configuration file.
- **Durations** are a number and a unit: `30s`, `5m`, `12h`, `2d`, `1w`.
- **Times and schedules** are in the named zone: `0 9 * * FRI` with `Europe/London` is nine o'clock
  there, in winter and summer alike.
- **Tables with a name of yours** (`[digests.friday]`, `[senders.default]`, `[transports.backup]`,
  `[sources.council]`) may be there as often as you like, each under another name.

This page is written by `scripts/write-reference` from the models that check the file.
"""

COMMANDS_HEAD = """\
# Commands

`newsletter COMMAND --help` says the same in the terminal. All of them take `--config FILE` before
the command; without it they read `newsletter.toml` in the current folder, or the file that
`NEWSLETTER_CONFIG` names.

**Exit status**: 0 all is well; 1 it failed, and the message says why and how to mend it; 2 the
command line is wrong; 3 it was done in part (some records were bad, some mails were not taken);
130 interrupted.

**Output** is for people; where `--json` is offered, it is one JSON document for scripts. Without a
terminal, progress is told in plain lines.

This page is written by `scripts/write-reference` from the commands themselves.
"""


def configuration_page() -> str:
    """docs/configuration.md."""
    sections = [_section(table) for table in tables(transport_kinds(), {})]
    return "\n".join([CONFIGURATION, *sections])


def _section(table: ExampleTable) -> str:
    lines = [f"## `[{table.path}]`", ""]
    summary = (table.model.__doc__ or "").strip().splitlines()[0]
    kind = f' (`kind = "{table.values["kind"]}"`)' if _is_transport(table) else ""
    lines += [f"{summary}{kind}", "", "| option | default | what it is |", "|---|---|---|"]
    for key, option in table.model.model_fields.items():
        if is_table(option.annotation):
            name = ".NAME" if is_named(option.annotation) else ""
            what = "tables of their own" if name else "a table of its own"
            said = f"{option.description}; " if option.description else ""
            lines.append(f"| `{key}` | | {said}{what}: `[{table.path}.{key}{name}]` |")
        else:
            lines.append(_row(table.path, key, option))
    return "\n".join(lines) + "\n"


def _is_transport(table: ExampleTable) -> bool:
    return "kind" in table.values and "kind" not in table.model.model_fields


def _row(path: str, key: str, option: FieldInfo) -> str:
    said = option.description or ""
    if _is_secret(option.annotation):
        said += f" (*secret*: or `{key}_file`, or `{environment_name(f'{path}.{key}')}`)"
    choices = _choices(option.annotation)
    if choices:
        said += f"; one of {', '.join(f'`{choice}`' for choice in choices)}"
    return f"| `{key}` | {_default(option)} | {_cell(said)} |"


def _default(option: FieldInfo) -> str:
    if option.is_required():
        return "*needed*"
    match option.get_default(call_default_factory=True):
        case bool() as flag:
            return f"`{str(flag).lower()}`"
        case timedelta() as duration:
            return f"`{write_duration(duration)}`"
        case int() | float() as number:
            return f"`{number}`"
        case tuple() | list() as several:
            return f"`{list(several)}`"
        case SecretStr() | None | "":
            return "empty"
        case other:
            return f"`{other}`"


def _choices(kind: Any) -> list[str]:
    if get_origin(kind) is Literal:
        return [str(value) for value in get_args(kind) if value != ""]
    return []


def _is_secret(kind: Any) -> bool:
    return kind is SecretStr or SecretStr in get_args(kind)


def commands_page() -> str:
    """docs/commands.md."""
    parts = [COMMANDS_HEAD]
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            parts.append(f"## {name}\n\n{_text(command.help)}\n")
            parts += list(_subcommands(name, command))
        else:
            parts.append(f"## {name}\n")
            parts.append(_command(name, command))
    return "\n".join(parts)


def _subcommands(name: str, group: click.Group) -> Iterator[str]:
    context = click.Context(group)
    for each in group.list_commands(context):
        command = group.get_command(context, each)
        assert command is not None
        yield _command(f"{name} {each}", command)


def _command(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"newsletter {name}")
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [f"### newsletter {name}", "", _text(command.help), ""]
    lines += ["```", f"newsletter {name} {usage}".strip(), "```"]
    options = list(_options(command, context))
    if options:
        lines += ["", "| option | what it does |", "|---|---|", *options]
    return "\n".join(lines) + "\n"


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if record and record[1] and "--help" not in record[0]:
            yield f"| `{_cell(record[0])}` | {_cell(record[1])} |"


def _text(help_text: str | None) -> str:
    paragraphs = (help_text or "").replace("\b", "").strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
