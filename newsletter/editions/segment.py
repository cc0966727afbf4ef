"""The segment of subscribers that an edition is for."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, true

from newsletter.editions.models import Edition
from subscribers.segments.compiling import Asking
from subscribers.segments.store import members


def in_segment(edition: Edition, now: datetime) -> ColumnElement[bool]:
    """The condition on `Subscriber` for those in the edition's segment; everybody without one."""
    if not edition.segment:
        return true()
    asking = Asking(now=now, zone=ZoneInfo(edition.masthead["timezone"]))
    return members(edition.segment, asking)
