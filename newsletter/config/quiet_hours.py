"""Quiet hours as text: "21:00-07:00"."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

_FORM = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


def parse_quiet_hours(text: str) -> tuple[time, time] | None:
    """Their beginning and end as wall-clock times; None for an empty text.

    Raises:
        ValueError: not of that form, or without a length.
    """
    if not text:
        return None
    match = _FORM.fullmatch(text.replace(" ", ""))
    if match is None or match.group(1, 2) == match.group(3, 4):
        raise ValueError("not hours; write them as 21:00-07:00, or nothing")
    from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
    return time(from_hour, from_minute), time(to_hour, to_minute)


def after_quiet_hours(moment: datetime, hours: str, zone: ZoneInfo) -> datetime:
    """The moment itself, or the end of the quiet hours that it falls into; in the moment's zone.

    Args:
        hours: as `parse_quiet_hours` reads them.
    """
    parsed = parse_quiet_hours(hours)
    if parsed is None:
        return moment
    begin, end = parsed
    local = moment.astimezone(zone)
    clock = local.time()
    is_quiet = begin <= clock < end if begin < end else clock >= begin or clock < end
    if not is_quiet:
        return moment
    day = local.date() + timedelta(days=int(clock >= end))
    return datetime.combine(day, end, zone).astimezone(moment.tzinfo)
