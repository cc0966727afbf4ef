"""A weekly schedule, as people choose it and as the settings keep it."""

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


def cron_of(day: str, hour: int) -> str:
    """ "0 9 * * FRI"; an unknown day is every day."""
    known = {name for name, _ in DAYS}
    return f"0 {hour} * * {day if day in known else '*'}"
