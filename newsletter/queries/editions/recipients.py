"""The audience of an edition by name: the people behind each of its counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from newsletter.delivery.dry_run import NOT_IN_SEGMENT, NOT_IN_TOPICS, exclusion_from
from newsletter.delivery.ledger.arrays import numbers
from newsletter.delivery.ledger.statistics import measures
from newsletter.delivery.ledger.store import stream_of
from newsletter.editions.composing.composition import Composition
from newsletter.editions.composing.variants import variant_keys
from newsletter.editions.segment import in_segment
from newsletter.errors import InvalidInput
from subscribers import store as people
from subscribers.audience import Exclusion, eligible, grounds, has_suppressed_address
from subscribers.models import Subscriber

RECIPIENTS = "gets it"
REASONS = frozenset({RECIPIENTS, NOT_IN_TOPICS, NOT_IN_SEGMENT, *(e.value for e in Exclusion)})


@dataclass(frozen=True, kw_only=True)
class EditionPerson:
    """A subscriber in a list."""

    number: int
    address: str
    """Empty where it is erased."""
    name: str


def people_by_reason(
    session: Session,
    composition: Composition,
    reason: str,
    now: datetime,
    *,
    limit: int,
    after: int = 0,
) -> Sequence[EditionPerson]:
    """A page of those whom a reason of `delivery.dry_run.Audience` counts, by their numbers.

    Args:
        reason: one of `REASONS`.
        after: keyset pagination: only numbers above this, the last of the previous page.

    Raises:
        InvalidInput: there is no such reason.
    """
    if reason not in REASONS:
        raise InvalidInput(f"{reason!r} is no reason; known: {', '.join(sorted(REASONS))}")
    query = (
        select(Subscriber.id, Subscriber.address, Subscriber.name)
        .where(Subscriber.id > after, *_conditions(session, composition, reason, now))
        .order_by(Subscriber.id)
        .limit(limit)
    )
    return [
        EditionPerson(number=number, address=address or "", name=name)
        for number, address, name in session.execute(query)
    ]


def _conditions(
    session: Session, composition: Composition, reason: str, now: datetime
) -> list[ColumnElement[bool]]:
    edition = composition.edition
    stream, language = stream_of(edition.kind), edition.language
    outside = exclusion_from(session, edition, now)
    # What a reason implies comes first, since it is cheaper to ask than the reason.
    if reason == Exclusion.SUPPRESSED.value:
        return [has_suppressed_address(), outside == reason]
    if reason in set(Exclusion):
        return [grounds(stream, now, language)[Exclusion(reason)], outside == reason]
    mailable = eligible(stream, now, language)
    if reason == NOT_IN_SEGMENT:
        return [mailable, outside == reason]
    choices = variant_keys(edition, composition.sections, people.choices(session))
    gets_it = Subscriber.choice_id.in_(numbers(session, choices))
    segment_measures = measures(session) if edition.segment else {}
    return [
        gets_it if reason == RECIPIENTS else ~gets_it,
        mailable,
        in_segment(edition, now, segment_measures),
    ]
