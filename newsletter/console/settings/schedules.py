"""A weekly schedule, as people choose it and as the settings keep it."""

import re

DAYS = (
    ("MON", "Every Monday"),
    ("TUE", "Every Tuesday"),
    ("WED", "Every Wednesday"),
    ("THU", "Every Thursday"),
    ("FRI", "Every Friday"),
    ("SAT", "Every Saturday"),
    ("SUN", "Every Sunday"),
    ("*", "Every day"),
)
HOURS = tuple((hour, f"{hour:02}:00") for hour in range(24))


def cron_of(day: str, hour: int) -> str:
    """ "0 9 * * FRI"; an unknown day is every day."""
    day_names = {name for name, _ in DAYS}
    return f"0 {hour} * * {day if day in day_names else '*'}"


def day_and_hour(cron: str) -> tuple[str, int] | None:
    """What `cron_of` made it from; None: it says more than a day and an hour."""
    found = re.fullmatch(r"0 (\d{1,2}) \* \* (\S+)", cron.strip())
    is_known = found is not None and found[2].upper() in {day for day, _ in DAYS}
    return (found[2].upper(), int(found[1])) if found and is_known else None
