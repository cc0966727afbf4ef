"""UTC offsets of time zone abbreviations.

RFC 5322 section 4.3 defines the American ones, UT and GMT; the others are those with one dominant
meaning. With an unknown abbreviation a time is read in the site's zone.
"""

import re
from datetime import timedelta, timezone

_HOURS = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "AKST": -9, "AKDT": -8, "HST": -10, "AST": -4, "ADT": -3, "NST": -3.5, "NDT": -2.5,
    "BRT": -3, "ART": -3, "CLT": -4, "CLST": -3,
    "BST": 1, "WEST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "MEZ": 1, "MESZ": 2,
    "EET": 2, "EEST": 3, "SAST": 2, "CAT": 2, "WAT": 1, "EAT": 3, "MSK": 3, "MSD": 4,
    "IST": 5.5, "PKT": 5, "NPT": 5.75, "WIB": 7, "ICT": 7, "HKT": 8, "SGT": 8, "AWST": 8,
    "JST": 9, "KST": 9, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
MAX_OFFSET_HOURS = 15
_OFFSET = re.compile(
    r"(?P<name>[a-z]{1,5})?\s*(?:(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?)?",
    re.IGNORECASE,
)


def zone_of(text: str) -> timezone | None:
    """The zone of "+0100", "+01:00", "CEST", "GMT+2" or "Z"; None if unknown.

    `-0000` is UTC (RFC 5322 section 3.3).
    """
    match = _OFFSET.fullmatch(text.strip().strip("()"))
    if match is None or not (match["name"] or match["sign"]):
        return None
    name = (match["name"] or "UTC").upper()
    if name not in _HOURS:
        return None
    offset = timedelta(hours=_HOURS[name])
    if match["sign"]:
        apart = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
        offset += -apart if match["sign"] == "-" else apart
    return timezone(offset) if abs(offset) < timedelta(hours=MAX_OFFSET_HOURS) else None
