"""Settings: every option with its value and where that comes from; changing one; going back."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, Field
from starlette.responses import Response

from newsletter.actions import settings
from newsletter.config.options import Config
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import form, page
from newsletter.console.settings.schedules import DAYS, HOURS, cron_of, day_and_hour
from newsletter.editions.digests.schedule import in_words
from newsletter.queries.audit import who_is
from newsletter.queries.settings import options as queries
from newsletter.queries.settings.options import OptionView
from newsletter.staff import store
from newsletter.staff.permissions import Permission

ORIGINS = {
    "default": "default",
    "setting": "set here",
    "file": "set in newsletter.toml",
    "environment": "set in the environment",
}
FIRST = "site"


@dataclass(frozen=True, kw_only=True)
class OptionGroup:
    """Options of one table."""

    name: str
    """"senders.default"; empty for those of the section itself."""
    options: Sequence[OptionView]


class NewValue(BaseModel):
    """The form; of a digest's schedule also the day and hour that it may be chosen by."""

    value: str = ""
    day: str = ""
    hour: int | None = Field(None, ge=0, le=23)

    @property
    def text(self) -> str:
        """As the settings keep it."""
        return self.value if self.hour is None else cron_of(self.day, self.hour)


def list_(request: ConsoleRequest) -> Response:
    """The options of one section, or those that contain what is searched for."""
    section, words = request.query.get("section", FIRST), request.query.get("q", "").strip()
    with request.database.read() as session:
        options = list(queries.options(session, request.context))
    if words:
        low = words.lower()
        shown = [one for one in options if low in f"{one.key} {one.description}".lower()]
    else:
        shown = [one for one in options if one.key.partition(".")[0] == section]
    names = [name for name in Config.model_fields if any(o.key.startswith(name) for o in options)]
    context = {
        "groups": _grouped(shown),
        "section": "" if words else section,
        "sections": names,
        "wanted": words,
        "origins": ORIGINS,
    }
    return request.page("settings/list.html", context)


def option_page(request: ConsoleRequest) -> Response:
    """One option, and its earlier values."""
    key = request.text("key")
    with request.database.read() as session:
        option = queries.option(session, request.context, key)
        earlier = queries.history(session, request.context, key)
        names = store.names(session)
        schedule = _schedule_in_words(queries.current(session, request.context), key)
    day, hour = day_and_hour(option.text) or ("", "")
    context = {
        "option": option,
        "form": request.fields(value=option.text, day=day, hour=hour),
        "schedule": schedule,
        "days": DAYS,
        "hours": HOURS,
        "choice_pairs": [(one, one) for one in option.choices],
        "earlier": earlier[1:] if option.origin == "setting" else earlier,
        "origins": ORIGINS,
        "who": lambda actor: who_is(actor, names),
    }
    return request.page("settings/option.html", context)


def change(request: ConsoleRequest) -> Response:
    """Set an option; a secret left empty stays as it is."""
    key, value = request.text("key"), request.read(NewValue).text
    with request.database.read() as session:
        option = queries.option(session, request.context, key)
    if not (option.is_secret and not value):
        settings.change(request.context, request.actor, {key: value})
    return _back(request, key, "Saved.")


def unset(request: ConsoleRequest) -> Response:
    """Return an option to the value it is shipped with."""
    key = request.text("key")
    settings.unset(request.context, request.actor, key)
    return _back(request, key, "It is the default again.")


def _schedule_in_words(config: Config, key: str) -> str:
    """When a digest goes out, where the key is that of its schedule; empty otherwise."""
    for name, digest in config.digests.items():
        if key == f"digests.{name}.schedule":
            return in_words(digest.schedule, config.zone_of(digest))
    return ""


def _back(request: ConsoleRequest, key: str, message: str) -> Response:
    return request.redirect("/settings", f"{key}: {message}", section=key.partition(".")[0])


def _grouped(options: Sequence[OptionView]) -> list[OptionGroup]:
    groups: dict[str, list[OptionView]] = {}
    for one in options:
        groups.setdefault(one.key.rpartition(".")[0], []).append(one)
    return [OptionGroup(name=name, options=options) for name, options in groups.items()]


ROUTES = [
    page("/settings", Permission.ADMINISTER, list_),
    page("/settings/option/{key}", Permission.ADMINISTER, option_page),
    form("/settings/option/{key}", Permission.ADMINISTER, change, again=option_page),
    form("/settings/option/{key}/unset", Permission.ADMINISTER, unset, again=option_page),
]
