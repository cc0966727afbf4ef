"""The segment of an edition."""

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
    """The condition on `Subscriber` for the edition's segment; without one, everybody.

    Args:
        measures: statistics from the ledger of deliveries.
    """
    if not edition.segment:
        return true()
    zone = ZoneInfo(edition.masthead["timezone"])
    context = QueryContext(now=now, zone=zone, measures=measures)
    return members(edition.segment, context)
