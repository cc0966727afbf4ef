"""The options of sending: outbox, routes, limits, alarms."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from newsletter.config.kinds import Address, Duration, OptionTable, Slug

Domain = Annotated[
    str, StringConstraints(pattern=r"^[\w-]+(\.[\w-]+)+$", to_lower=True, max_length=253)
]
Weight = Annotated[int, Field(ge=1, le=100)]


class UncertainPolicy(StrEnum):
    """What becomes of uncertain deliveries."""

    ASK = "ask"  # somebody decides
    RESEND = "resend"  # sent once more: a recipient may get two copies
    LEAVE = "leave"  # left: a recipient may get none


class SendingOptions(OptionTable):
    """How the outbox works."""

    transport: Slug = Field(
        "default", description="Which of [transports] or [routes] mail leaves by"
    )
    batch: int = Field(500, ge=1, le=10_000, description="Deliveries claimed at once")
    lease: Duration = Field(
        timedelta(hours=1),
        description="After this the deliveries of a silent machine are uncertain; "
        "longer than a mail server may take for one mail",
    )
    give_up: Duration = Field(
        timedelta(days=2), description="A delivery that is deferred for longer has failed"
    )
    uncertain: UncertainPolicy = Field(
        UncertainPolicy.ASK,
        description='Uncertain deliveries: "ask" a person, "resend" (once), or "leave" them',
    )
    state_folder: str = Field(
        "state", description="Folder of the local journal (beside this file unless absolute)"
    )


class RouteOptions(OptionTable):
    """Several transports that share the mail; usable wherever a transport is."""

    members: dict[Slug, Weight] = Field(
        min_length=1, description="Transports, each with its share of the mail"
    )
    fallback: Slug | Literal[""] = Field(
        "",
        description="Transport that takes the share of one that fails; empty: the others take it",
    )
    after: Duration = Field(
        timedelta(minutes=10),
        description="A member that accepts nothing for so long loses its share; one that "
        "refuses our login or sender loses it at once",
    )
    again: Duration = Field(
        timedelta(minutes=30), description="After this a member that failed is tried again"
    )

    @field_validator("again")
    @classmethod
    def _lets_others_try(cls, again: timedelta) -> timedelta:
        if again < timedelta(minutes=1):
            raise ValueError("write at least 1m")
        return again

    @field_validator("fallback")
    @classmethod
    def _is_another(cls, fallback: str, info: ValidationInfo) -> str:
        if fallback in info.data.get("members", {}):
            raise ValueError("a member cannot be the fallback as well; name another transport")
        return fallback


class RateOptions(OptionTable):
    """How much may be sent to one recipient domain."""

    per_second: float = Field(0, ge=0, le=100_000, description="Mails a second; 0: no limit")
    per_hour: int = Field(0, ge=0, description="Mails in an hour of the clock; 0: no limit")
    per_day: int = Field(
        0, ge=0, description="Mails in a day (UTC); the rest goes on the next; 0: no limit"
    )

    @property
    def is_limited(self) -> bool:
        return bool(self.per_second or self.per_hour or self.per_day)


class LimitOptions(RateOptions):
    """How much a transport may send, all workers on all machines together."""

    domains: dict[Domain, RateOptions] = Field(
        default_factory=dict, description="Quotas of recipient domains besides, by domain"
    )
    warm_up: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        (),
        description="Mails a day on the first, second, … day, such as [50, 100, 500]; then per_day",
    )
    warm_up_from: date | Literal[""] = Field(
        "", description="The first of these days, such as 2026-11-27; empty: that of first use"
    )

    @property
    def is_limited(self) -> bool:
        return super().is_limited or bool(self.warm_up)


class AlarmOptions(OptionTable):
    """Alarms by mail to the administrators."""

    address: Address | Literal[""] = Field(
        "",
        description="Mailed when an edition stops, stalls, is overdue or missed; empty: only "
        "logged",
    )
    transport: Slug | Literal[""] = Field(
        "", description="By which transport; another than usual is best; empty: the usual one"
    )
    stalled: Duration = Field(
        timedelta(minutes=30),
        description="Alarm when an edition being sent makes no progress for so long; 0s: never",
    )
    overdue: Duration = Field(
        timedelta(hours=1),
        description="Alarm when an edition has not been sent, or a digest not composed, so long "
        "after its time; 0s: never",
    )
