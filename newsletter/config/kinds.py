"""Types of option values, with their validation.

A message says what is expected with an example; the loader prefixes the path and the value found.
"""

from datetime import timedelta
from typing import Annotated, Literal
from zoneinfo import available_timezones

from cronsim import CronSim, CronSimError
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    HttpUrl,
    StringConstraints,
    TypeAdapter,
)

from newsletter.clock import SystemClock
from newsletter.config.colours import parse_colour
from newsletter.config.durations import parse_duration
from newsletter.config.quiet_hours import parse_quiet_hours


class OptionTable(BaseModel):
    """A table of the file; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=False)


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("not a time zone; write a name such as Europe/London or UTC")
    return name


def _at_least_a_second(timeout: timedelta) -> timedelta:
    if timeout < timedelta(seconds=1):
        raise ValueError("write at least 1s")
    return timeout


def _cron(expression: str) -> str:
    if len(expression.split()) != 5:
        raise ValueError(
            "a schedule has five fields: minute hour day-of-month month day-of-week, "
            "for example '0 9 * * FRI'"
        )
    try:
        CronSim(expression, SystemClock().now())
    except CronSimError as error:
        raise ValueError(f"{error}; for example '0 9 * * FRI' is Fridays at 09:00") from error
    return expression


def _web_address(address: str) -> str:
    TypeAdapter(HttpUrl).validate_python(address)
    return address.rstrip("/")


def _quiet_hours(text: str) -> str:
    parse_quiet_hours(text)
    return text


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
# BCP 47: language, script or region.
LanguageTag = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$", max_length=20)
]
Zone = Annotated[str, AfterValidator(_known_zone)]
Cron = Annotated[str, AfterValidator(_cron)]
QuietHours = Annotated[str, AfterValidator(_quiet_hours)]
Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Timeout = Annotated[Duration, AfterValidator(_at_least_a_second)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
OneLine = Annotated[str, StringConstraints(pattern=r"^[^\r\n]*$", strip_whitespace=True)]
Colour = Annotated[str, AfterValidator(parse_colour)]
FontFamily = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 ,'\"-]*$", max_length=300)]
Address = Annotated[str, StringConstraints(pattern=r"^[^\s@<>]+@[^\s@<>]+$", max_length=254)]

# All rules but those required by law; a test compares them with the existing rules.
LintRule = Literal[
    "empty",
    "unrendered",
    "relative-link",
    "dead-link",
    "alt",
    "size",
    "shortened",
    "pictures",
    "spam",
    "domain",
]
