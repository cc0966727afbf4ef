"""Servers' replies to an edition's mails: by kind, by domain, and address by address."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.database import paged
from newsletter.delivery.ledger import transcripts
from newsletter.delivery.ledger.advice import what_to_do
from newsletter.delivery.ledger.models import Delivery, DeliveryState
from newsletter.delivery.ledger.reasons import normalised
from subscribers.models import Subscriber
from subscribers.segments.dialects import TextPosition

# Limits the distinct answers read; the rarest beyond are left out.
MAX_ANSWERS = 5000
TROUBLED = (
    DeliveryState.FAILED,
    DeliveryState.DEFERRED,
    DeliveryState.UNCERTAIN,
    DeliveryState.SKIPPED,
)


@dataclass(frozen=True, kw_only=True)
class AnswerKind:
    """Equal answers, and what to do about them."""

    state: DeliveryState
    verdict: str
    words: str
    """The server's, without addresses and ids; or ours, for those left out."""
    count: int
    advice: str


@dataclass(frozen=True, kw_only=True)
class DomainAnswers:
    """The mails to one domain that were not simply taken, by state."""

    domain: str
    counts: dict[DeliveryState, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, kw_only=True)
class DeliveryAnswer:
    """One delivery, its answer, and what to do about it if it was not simply taken."""

    number: int
    subscriber: int
    address: str
    name: str
    words: str
    verdict: str
    attempts: int
    settled_at: datetime | None
    next_attempt_at: datetime | None
    advice: str
    transcript: str
    """The conversation with the server, where it is kept."""


def answers_by_kind(session: Session, edition: int, limit: int = 20) -> Sequence[AnswerKind]:
    """The answers of an edition's mails that were not simply taken, the most frequent first."""
    query = (
        select(Delivery.state, Delivery.verdict, Delivery.reason, func.count())
        .where(Delivery.edition_id == edition, Delivery.state.in_(TROUBLED))
        .group_by(Delivery.state, Delivery.verdict, Delivery.reason)
        .order_by(func.count().desc())
        .limit(MAX_ANSWERS)
    )
    counts: Counter[tuple[DeliveryState, str, str]] = Counter()
    for state, verdict, reason, count in session.execute(query):
        counts[state, verdict, normalised(reason)] += count
    return [
        AnswerKind(
            state=state,
            verdict=verdict,
            words=words,
            count=count,
            advice=what_to_do(state, words, verdict),
        )
        for (state, verdict, words), count in counts.most_common(limit)
    ]


def answers_by_domain(session: Session, edition: int, limit: int = 20) -> Sequence[DomainAnswers]:
    """The same by the recipients' domains, those with most first; without erased addresses."""
    domain = func.substr(Subscriber.address, TextPosition(Subscriber.address, "@") + 1)
    query = (
        select(domain.label("domain"), Delivery.state, func.count())
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(Delivery.edition_id == edition, Delivery.state.in_(TROUBLED))
        .where(Subscriber.address.is_not(None))
        .group_by("domain", Delivery.state)
    )
    by_domain: dict[str, dict[DeliveryState, int]] = {}
    for name, state, count in session.execute(query):
        by_domain.setdefault(name, {})[state] = count
    domains = [DomainAnswers(domain=name, counts=counts) for name, counts in by_domain.items()]
    return sorted(domains, key=lambda d: (-d.total, d.domain))[:limit]


def deliveries_in(
    session: Session,
    edition: int,
    state: DeliveryState,
    *,
    limit: int,
    after: int | None = None,
    newest_first: bool = False,
) -> Sequence[DeliveryAnswer]:
    """A page of an edition's deliveries in a state, by their numbers.

    Args:
        after: as of `newsletter.database.paged`.
    """
    query = (
        select(Delivery, Subscriber.address, Subscriber.name)
        .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(Delivery.edition_id == edition, Delivery.state == state)
        .limit(limit)
    )
    query = paged(query, Delivery.id, after, oldest_first=not newest_first)
    rows = session.execute(query).all()
    replies = transcripts.of_deliveries(session, [delivery.id for delivery, _, _ in rows])
    return [
        DeliveryAnswer(
            number=delivery.id,
            subscriber=delivery.subscriber_id,
            address=address or "",
            name=name,
            words=delivery.reason,
            verdict=delivery.verdict,
            attempts=delivery.attempts,
            settled_at=delivery.settled_at,
            next_attempt_at=delivery.next_attempt_at,
            advice=what_to_do(state, delivery.reason, delivery.verdict)
            if state in TROUBLED
            else "",
            transcript=replies.get(delivery.id, ""),
        )
        for delivery, address, name in rows
    ]
