"""Warm-up of a new sending IP or domain: a daily limit that grows by plan. Pure."""

from datetime import UTC, datetime

from newsletter.config.tables.sending import LimitOptions, RateOptions


def day_of(options: LimitOptions, first_used_at: datetime | None, now: datetime) -> int | None:
    """Today's index in the plan, from 0; None without a plan or after its end.

    Days are UTC, as for quotas, and pass whether mail is sent or not.
    """
    today = now.astimezone(UTC).date()
    begins = options.warm_up_from or (first_used_at or now).astimezone(UTC).date()
    day = max(0, (today - begins).days)
    return day if day < len(options.warm_up) else None


def limits_today(
    options: LimitOptions, first_used_at: datetime | None, now: datetime
) -> RateOptions:
    """Today's limits: the plan's while it lasts, never above the configured ones."""
    day = day_of(options, first_used_at, now)
    if day is None:
        return options
    planned = options.warm_up[day]
    per_day = min(planned, options.per_day or planned)
    return RateOptions(per_second=options.per_second, per_hour=options.per_hour, per_day=per_day)
