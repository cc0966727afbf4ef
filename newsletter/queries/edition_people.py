"""Who gets an edition and who does not, by name: the people behind each number of its audience."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from newsletter.delivery.dry_run import NOT_IN_SEGMENT, NOT_IN_TOPICS, exclusion_from
from newsletter.editions.composing.composition import Composition
from newsletter.editions.composing.variants import variant_keys
from newsletter.errors import InvalidInput
from subscribers import store as people
from subscribers.audience import Exclusion
from subscribers.models import Subscriber, SubscriberStatus

RECIPIENTS = "gets it"
REASONS = frozenset({RECIPIENTS, NOT_IN_TOPICS, NOT_IN_SEGMENT, *(e.value for e in Exclusion)})
# Found by the index of states, where they are few among many.
_STATUS = {
    Exclusion.PENDING.value: SubscriberStatus.PENDING,
    Exclusion.ENDED.value: SubscriberStatus.ENDED,
    Exclusion.ERASED.value: SubscriberStatus.ERASED,
}


@dataclass(frozen=True, kw_only=True)
class Person:
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
) -> Sequence[Person]:
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
        Person(number=number, address=address or "", name=name)
        for number, address, name in session.execute(query)
    ]


def _conditions(
    session: Session, composition: Composition, reason: str, now: datetime
) -> list[ColumnElement[bool]]:
    outside = exclusion_from(session, composition.edition, now)
    if reason not in {RECIPIENTS, NOT_IN_TOPICS}:
        found = [outside == reason]
        return [Subscriber.status == _STATUS[reason], *found] if reason in _STATUS else found
    choices = variant_keys(composition.edition, composition.sections, people.choices(session))
    gets_it = Subscriber.choice_id.in_(list(choices))
    return [outside.is_(None), gets_it if reason == RECIPIENTS else ~gets_it]
