"""Turns refusals at sending into events, from the ledger. Never commits.

Refusals of an edition that stands still by them are nobody's until a person resumes it: what its
server says of the recipients may be a fault of ours (decision 116).
"""

from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from newsletter.delivery.ledger.models import Delivery, DeliveryState
from newsletter.delivery.ledger.reasons import GIVEN_UP
from newsletter.editions.models import Edition, EditionState
from newsletter.feedback.models import FeedbackEvent
from newsletter.transports.bounce_kinds import kind_of
from newsletter.transports.events import Event, EventSource
from newsletter.transports.verdicts import Verdict

# Editions finished longer ago have been looked through.
LOOKED_THROUGH_AFTER = timedelta(days=7)
# A circuit breaker may still hold an edition under way for refusals younger than this.
MIN_AGE = timedelta(minutes=10)


def unrecorded(session: Session, now: datetime, limit: int) -> list[Event]:
    """Events of the mails refused or given up, as far as they are not recorded."""
    recent = select(Edition.id).where(
        Edition.fanned_out_at.is_not(None),
        Edition.state.not_in((EditionState.STOPPED, EditionState.CANCELLED)),
        or_(Edition.finished_at.is_(None), Edition.finished_at > now - LOOKED_THROUGH_AFTER),
    )
    is_recorded = exists().where(
        FeedbackEvent.delivery_id == Delivery.id,
        FeedbackEvent.source == EventSource.ANSWER,
        FeedbackEvent.at == Delivery.settled_at,
    )
    query = (
        select(
            Delivery.id,
            Delivery.reason,
            Delivery.verdict,
            Delivery.attempts,
            Delivery.settled_at,
            Edition.transport,
        )
        .join(Edition, Edition.id == Delivery.edition_id)
        .where(
            Delivery.edition_id.in_(recent),
            Delivery.state == DeliveryState.FAILED,
            Delivery.verdict.not_in(("", Verdict.ERROR)),
            or_(Edition.finished_at.is_not(None), Delivery.settled_at <= now - MIN_AGE),
            ~is_recorded,
        )
        .limit(limit)
    )
    return [_event(*row) for row in session.execute(query)]


def _event(
    delivery: int, reason: str, verdict: str, attempts: int, at: datetime | None, transport: str
) -> Event:
    answer = reason.removeprefix(GIVEN_UP)
    is_permanent = answer == reason
    return Event(
        kind=kind_of(Verdict(verdict), answer, is_permanent=is_permanent),
        source=EventSource.ANSWER,
        delivery=delivery,
        reason=reason,
        at=at,
        transport=transport,
        provider_id=f"{delivery}.{attempts}.{at}",
    )
