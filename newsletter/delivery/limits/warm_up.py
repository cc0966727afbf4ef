"""Warming up: a new sender is let through in small numbers first, more each day. Pure."""

from datetime import UTC, datetime

from newsletter.config.sending import LimitOptions, RateOptions


def day_of(options: LimitOptions, first_used_at: datetime | None, now: datetime) -> int | None:
    """Which day of the plan today is, from 0; None where there is none, or it is over.

    Days are those of UTC, as for quotas; they pass whether mail is sent or not.
    """
    today = now.astimezone(UTC).date()
    begins = options.warm_up_from or (first_used_at or now).astimezone(UTC).date()
    day = max(0, (today - begins).days)
    return day if day < len(options.warm_up) else None


def todays(options: LimitOptions, first_used_at: datetime | None, now: datetime) -> RateOptions:
    """The limits as they are today: those of the plan while it lasts, and never above the usual."""
    day = day_of(options, first_used_at, now)
    if day is None:
        return options
    planned = options.warm_up[day]
    per_day = min(planned, options.per_day or planned)
    return RateOptions(per_second=options.per_second, per_hour=options.per_hour, per_day=per_day)
