"""The segment of subscribers that an edition is for."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, true

from newsletter.editions.models import Edition
from subscribers.segments.compiling import Measure, QueryContext
from subscribers.segments.store import members


def in_segment(
    edition: Edition, now: datetime, measures: Mapping[str, Measure]
) -> ColumnElement[bool]:
    """The condition on `Subscriber` for those in the edition's segment; everybody without one.

    Args:
        measures: what the ledger of deliveries knows of people.
    """
    if not edition.segment:
        return true()
    zone = ZoneInfo(edition.masthead["timezone"])
    asking = QueryContext(now=now, zone=zone, measures=measures)
    return members(edition.segment, asking)
