"""Adding a transport, and changing one: the fields of its kind."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from newsletter.actions import settings
from newsletter.config.options import Config
from newsletter.console.frame.presentation.forms import FormErrors, sentence
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import form, page
from newsletter.errors import ConfigurationError, ResourceNotFound
from newsletter.queries.settings import options as queries
from newsletter.queries.settings.transport_options import (
    TransportOption,
    kinds,
    name_of,
    options_of,
)
from newsletter.staff.permissions import Permission

AT = "/transports/{name}"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
# It is a page.
TAKEN = "new"


def field_name(option: TransportOption) -> str:
    """The name of its field; those of passwords are never shown again."""
    return f"password-{option.key}" if option.is_secret else option.key


def new_page(request: ConsoleRequest) -> Response:
    """The kinds to choose from; then the fields of one."""
    kind = str(request.form.get("kind", "")) or request.query.get("kind", "")
    if kind not in dict(kinds()):
        return request.page("settings/transport_kinds.html", {"kinds": kinds()})
    return _page(request, kind, {}, name="")


def add(request: ConsoleRequest) -> Response:
    """Keep a new transport, and send by it if that is wanted."""
    kind, name = (str(request.form.get(key, "")).strip() for key in ("kind", "name"))
    if kind not in dict(kinds()):
        raise FormErrors({"kind": "Choose one of the list."})
    if not NAME.fullmatch(name) or name == TAKEN:
        raise FormErrors({"name": "Write small letters, digits and hyphens."})
    if name in _config(request).transports:
        raise FormErrors({"name": "There is a transport with this name already."})
    changes = {f"transports.{name}.kind": kind, **_changes(request, name, kind, {})}
    if request.form.get("use"):
        changes["sending.transport"] = name
    _save(request, name, changes, list(options_of(kind, {})))
    return request.redirect(f"/transports/{name}", "Saved. Now send a test mail by it.")


def change_page(request: ConsoleRequest) -> Response:
    """What is set of a transport."""
    name, table = _table(request)
    return _page(request, str(table.get("kind", "")), table, name=name)


def change(request: ConsoleRequest) -> Response:
    """Set what was changed; a secret left empty stays."""
    name, table = _table(request)
    kind = str(table.get("kind", ""))
    changes = _changes(request, name, kind, table)
    _save(request, name, changes, list(options_of(kind, table)))
    return request.redirect(f"/transports/{name}", "Saved." if changes else "It is as it was.")


def _page(request: ConsoleRequest, kind: str, table: Mapping[str, Any], *, name: str) -> Response:
    with request.database.read() as session:
        options_by_key = {one.key: one for one in queries.options(session, request.context)}
    options = list(options_of(kind, table))
    entry = options_by_key.get(f"transports.{name}.kind")
    shown = [(one, field_name(one), [(c, c) for c in one.choices]) for one in options]
    context = {
        "name": name,
        "kind": kind,
        "kind_name": name_of(kind),
        "usual": [one for one in shown if one[0].is_usual],
        "more": [one for one in shown if not one[0].is_usual],
        "is_locked": bool(entry and entry.is_locked),
        "form": request.fields(
            name=kind, use=True, kind=kind, **{field_name(one): one.text for one in options}
        ),
    }
    return request.page("settings/transport.html", context)


def _changes(
    request: ConsoleRequest, name: str, kind: str, table: Mapping[str, Any]
) -> dict[str, str]:
    """The settings that differ from what is there."""
    changes = {}
    for option in options_of(kind, table):
        value = request.form.get(field_name(option))
        text = value.strip() if isinstance(value, str) else option.text
        if text != option.text:
            changes[f"transports.{name}.{option.key}"] = text or option.default
    return changes


def _save(
    request: ConsoleRequest,
    name: str,
    changes: Mapping[str, str],
    options: Sequence[TransportOption],
) -> None:
    """
    Raises:
        FormErrors: fields are missing or wrong.
    """
    try:
        settings.change(request.context, request.actor, changes)
    except ConfigurationError as error:
        fields = _by_field(str(error), name, options)
        if not fields:
            raise
        raise FormErrors(fields) from error


def _by_field(text: str, name: str, options: Sequence[TransportOption]) -> dict[str, str]:
    """The message of each field, from a line for each option."""
    names = {option.key: field_name(option) for option in options}
    problems = re.findall(rf"\btransports\.{re.escape(name)}\.(\w+): (.+)", text)
    return {
        # What it is stands beside the field already.
        names[key]: "Fill this in." if words.startswith("missing;") else sentence(words)
        for key, words in problems
        if key in names
    }


def _table(request: ConsoleRequest) -> tuple[str, Mapping[str, Any]]:
    name = request.text("name")
    transports = _config(request).transports
    if name not in transports:
        raise ResourceNotFound(f"there is no transport {name}")
    return name, transports[name]


def _config(request: ConsoleRequest) -> Config:
    with request.database.read() as session:
        return queries.current(session, request.context)


ROUTES = [
    page("/transports/new", Permission.ADMINISTER, new_page),
    form("/transports/new", Permission.ADMINISTER, add, again=new_page),
    page(f"{AT}/options", Permission.ADMINISTER, change_page),
    form(f"{AT}/options", Permission.ADMINISTER, change, again=change_page),
]
