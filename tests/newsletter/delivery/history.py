"""A ledger and the operations that can happen to its deliveries, for property tests."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from people_and_segments import NOW, ZONE, Person, enter, is_meant
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.delivery.ledger import store as ledger_store
from newsletter.delivery.ledger import uncertain
from newsletter.delivery.ledger.models import (
    CountedEdition,
    Delivery,
    DeliveryState,
    MailStatistics,
    UncountedDelivery,
)
from newsletter.delivery.ledger.settlement import Settlement
from newsletter.delivery.ledger.statistics import count_batch, measures
from newsletter.editions.models import Edition, EditionKind, EditionState, Variant, VariantChoice
from subscribers import store
from subscribers.models import Subscriber, SubscriberStatus
from subscribers.segments.compiling import Measure, QueryContext
from subscribers.segments.parsing import parse
from subscribers.segments.store import count

PERSONS = [
    Person(local=f"p{n}", domain="a.example", topics=frozenset(["housing"] * (n % 2)))
    for n in range(6)
]
PEOPLE = len(PERSONS)
SETTLED = (
    DeliveryState.SENT,
    DeliveryState.FAILED,
    DeliveryState.SENT,
    DeliveryState.DEFERRED,
    DeliveryState.UNCERTAIN,
)


@dataclass(frozen=True, kw_only=True)
class Statistics:
    """What one subscriber was sent."""

    received: int
    mailed: datetime | None
    bounced: int


class History:
    """Six subscribers and their deliveries."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        with database.write() as session:
            for table in (UncountedDelivery, CountedEdition, MailStatistics, Delivery):
                session.execute(delete(table))
            session.execute(delete(Edition))
            session.execute(delete(Subscriber))
            enter(session, PERSONS)
            session.flush()
            listed = select(Subscriber.id).order_by(Subscriber.id)
            self.people = tuple(session.scalars(listed))

    def fan_out(self) -> int:
        """Fan out an edition to all subscribers; returns its number."""
        with self.database.write() as session:
            edition = Edition(
                kind=EditionKind.BULLETIN,
                state=EditionState.SENDING,
                title="Bulletin",
                subject="Flood warning",
                template="bulletin",
                transport="default",
                masthead={},
                created_at=self.now,
                send_at=self.now,
                fanned_out_at=self.now,
            )
            session.add(edition)
            session.flush()
            variant = Variant(edition_id=edition.id, articles="", content=b"", nonce="")
            session.add(variant)
            session.flush()
            for choice in store.choices(session):
                session.add(
                    VariantChoice(edition_id=edition.id, choice_id=choice, variant_id=variant.id)
                )
            session.flush()
            ledger_store.fan_out(session, edition, self.now)
            return edition.id

    def claim(self, number: int, limit: int, worker: str = "w") -> None:
        with self.database.write() as session:
            edition = session.get_one(Edition, number)
            ledger_store.claim(
                session, edition, worker, limit=limit, lease=timedelta(minutes=5), now=self.now
            )

    def settle(self, *states: DeliveryState, worker: str = "w") -> None:
        """Settle all claims of a worker, cycling through the states."""
        with self.database.write() as session:
            held = sorted(ledger_store.claimed_by(session, worker))
            settlements = {
                key: Settlement(
                    state=states[at % len(states)],
                    reason="",
                    attempts=1,
                    next_attempt_at=self.now,
                )
                for at, key in enumerate(held)
            }
            ledger_store.settle(session, worker, settlements, self.now)

    def send(self, *states: DeliveryState) -> int:
        """Send an edition to all subscribers; returns its number."""
        number = self.fan_out()
        self.claim(number, PEOPLE)
        self.settle(*states)
        self.end(number)
        return number

    def end(self, number: int) -> None:
        """End an edition with nothing left to send; a later operation may queue some again."""
        with self.database.write() as session:
            edition = session.get_one(Edition, number)
            is_sending = edition.state is EditionState.SENDING
            if is_sending and not ledger_store.count_unsettled(session, number):
                edition.state = EditionState.SENT

    def editions(self) -> Sequence[int]:
        with self.database.read() as session:
            return session.scalars(select(Edition.id).order_by(Edition.id)).all()

    def count_batch(self, batch: int = 100) -> int:
        return count_batch(self.database, batch)

    def count_all(self) -> None:
        while self.count_batch():
            pass

    def known(self) -> Mapping[int, Statistics]:
        """The statistics by `measures`."""
        with self.database.read() as session:
            found = {name: _values(session, one) for name, one in measures(session).items()}
        return {
            person: Statistics(
                received=found["received"].get(person, 0),
                mailed=found["mailed"].get(person),
                bounced=found["bounced"].get(person, 0),
            )
            for person in self.people
        }

    def in_ledger(self) -> Mapping[int, Statistics]:
        """The statistics computed from every delivery."""
        with self.database.read() as session:
            deliveries = session.scalars(select(Delivery)).all()
        return {person: _statistics(person, deliveries) for person in self.people}

    def counted(self, expression: str) -> int:
        with self.database.read() as session:
            asking = QueryContext(now=NOW, zone=ZONE, measures=measures(session))
            return count(session, expression, asking)

    def meant(self, expression: str) -> int:
        """How many subscribers match an expression by the plain evaluator."""
        with self.database.read() as session:
            erased = set(
                session.scalars(
                    select(Subscriber.id).where(Subscriber.status == SubscriberStatus.ERASED)
                )
            )
        people = (
            replace(
                person,
                received=statistics.received,
                mailed=statistics.mailed,
                bounced=statistics.bounced,
            )
            for person, (number, statistics) in zip(
                PERSONS, sorted(self.in_ledger().items()), strict=True
            )
            if number not in erased
        )
        return sum(is_meant(parse(expression), person) for person in people)


def _values(session: Session, measure: Measure) -> dict[int, Any]:
    query = select(measure.subscriber, measure.value)
    rows = session.execute(query.where(measure.among).group_by(measure.subscriber))
    return dict(rows.all())


def _statistics(person: int, deliveries: Sequence[Delivery]) -> Statistics:
    theirs = [delivery for delivery in deliveries if delivery.subscriber_id == person]
    sent = [delivery for delivery in theirs if delivery.state is DeliveryState.SENT]
    return Statistics(
        received=len(sent),
        mailed=max((d.settled_at for d in sent if d.settled_at), default=None),
        bounced=sum(delivery.state is DeliveryState.FAILED for delivery in theirs),
    )


Act = Callable[[History, int], object]


def _to_an_edition(act: Callable[[Session, int, History], object]) -> Act:
    """Apply an operation to one of the editions, if any."""

    def done(history: History, n: int) -> None:
        with history.database.write() as session:
            numbers = session.scalars(select(Edition.id).order_by(Edition.id)).all()
            if numbers:
                act(session, numbers[n % len(numbers)], history)

    return done


def _end(history: History, n: int) -> None:
    for number in history.editions()[n : n + 1]:
        history.end(number)


def _claim(history: History, n: int) -> None:
    if numbers := history.editions():
        history.claim(numbers[n % len(numbers)], n + 1, f"w{n % 2}")


def _settle(history: History, n: int) -> None:
    history.settle(*SETTLED[n:], *SETTLED[:n], worker=f"w{n % 2}")


def _fall_silent(history: History, n: int) -> None:
    history.now += timedelta(minutes=10)
    with history.database.write() as session:
        ledger_store.mark_expired_uncertain(session, (), history.now)


def _wait(history: History, n: int) -> None:
    history.now += timedelta(hours=5 * n)


def _cancel(session: Session, number: int, history: History) -> None:
    session.get_one(Edition, number).state = EditionState.CANCELLED
    session.flush()
    uncertain.skip_cancelled(session, history.now)


def _queue(act: Callable[[Session, int, History], int]) -> Act:
    """Queue deliveries of an edition again, and reopen it, as `delivery.control` does."""

    def queued(session: Session, number: int, history: History) -> None:
        edition = session.get_one(Edition, number)
        if edition.state is not EditionState.CANCELLED and act(session, number, history):
            edition.state = EditionState.SENDING

    return _to_an_edition(queued)


def _person(**values: object) -> Act:
    def change(history: History, n: int) -> None:
        person = history.people[n % PEOPLE]
        with history.database.write() as session:
            session.execute(update(Subscriber).where(Subscriber.id == person).values(**values))

    return change


def _begin(history: History, n: int) -> None:
    history.claim(history.fan_out(), n + 1, f"w{n % 2}")


ACTS: dict[str, Act] = {
    "send": lambda history, n: history.send(*SETTLED[n:], *SETTLED[:n]),
    "begin": _begin,
    "claim": _claim,
    "settle": _settle,
    "fall silent": _fall_silent,
    "requeue failed": _queue(lambda s, number, h: uncertain.requeue_failed(s, number)),
    "resend": _queue(
        lambda s, number, h: uncertain.resolve_uncertain(s, number, resend=True, now=h.now)
    ),
    "leave": _to_an_edition(
        lambda s, number, h: uncertain.resolve_uncertain(s, number, resend=False, now=h.now)
    ),
    "resend by policy": _queue(lambda s, number, h: uncertain.resend_uncertain(s, number)),
    "cancel": _to_an_edition(_cancel),
    "wait": _wait,
    "end": _end,
    "count a batch": lambda history, n: history.count_batch(1 + n),
    "count all": lambda history, n: history.count_all(),
    "erase somebody": _person(status=SubscriberStatus.ERASED, address=None),
}
