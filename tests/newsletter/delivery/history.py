"""A ledger with a history: everything that can happen to deliveries, one act after another."""

from collections.abc import Callable
from datetime import timedelta

from people_and_segments import NOW, ZONE, Person, enter
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.delivery.ledger import store as ledger_store
from newsletter.delivery.ledger import uncertain
from newsletter.delivery.ledger.models import Delivery, DeliveryState
from newsletter.delivery.ledger.settlement import Settlement
from newsletter.delivery.ledger.statistics import MEASURES
from newsletter.delivery.tallying.taking import Portion, take_in
from newsletter.editions.models import Edition, EditionKind, EditionState, Variant, VariantChoice
from subscribers import store
from subscribers.finding import counting
from subscribers.finding.bits import BLOCK
from subscribers.finding.refreshing import refresh
from subscribers.models import Subscriber, SubscriberStatus
from subscribers.segments.compiling import Asking
from subscribers.segments.store import count, members

# In three blocks of the tally, at their edges.
NUMBERS = (1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK)
SETTLED = (
    DeliveryState.SENT,
    DeliveryState.FAILED,
    DeliveryState.SENT,
    DeliveryState.DEFERRED,
    DeliveryState.UNCERTAIN,
)


class History:
    """Six people, and what has been sent to them so far."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOW
        self.zone = ZONE
        with database.write() as session:
            session.execute(delete(Delivery))
            session.execute(delete(Edition))
            session.execute(delete(Subscriber))
            people = [
                Person(local=f"p{n}", domain="a.example", topics=frozenset(["housing"] * (n % 2)))
                for n in range(len(NUMBERS))
            ]
            enter(session, people)
            session.flush()
            listed = session.scalars(select(Subscriber.id).order_by(Subscriber.address)).all()
            for before, after in zip(listed, NUMBERS, strict=True):
                moved = update(Subscriber).where(Subscriber.id == before).values(id=after)
                session.execute(moved, execution_options={"synchronize_session": False})
        refresh(database, ZONE, self.now)
        take_in(database, ZONE)

    def fan_out(self) -> int:
        """Begin to send an edition to all who may be mailed; its number."""
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
        """Record what became of all that a worker holds, one state after the other, in turns."""
        with self.database.write() as session:
            held = sorted(ledger_store.held_by(session, worker))
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
        """Send an edition to everybody; its number."""
        number = self.fan_out()
        self.claim(number, len(NUMBERS))
        self.settle(*states)
        return number

    def take_in(self, portion: Portion | None = None) -> int:
        return take_in(self.database, ZONE, portion or Portion())

    def counted(self, expression: str) -> int:
        with self.database.read() as session:
            return counting.count(session, expression, self.asking)

    def in_ledger(self, expression: str) -> int:
        """The same, worked out of the ledger's rows."""
        with self.database.read() as session:
            return count(session, members(expression, self.asking))

    @property
    def asking(self) -> Asking:
        return Asking(now=self.now, zone=self.zone, measures=MEASURES)


Act = Callable[[History, int], object]


def _to_an_edition(act: Callable[[Session, int, History], object]) -> Act:
    """Do something to one of the editions, if there are any."""

    def done(history: History, n: int) -> None:
        with history.database.write() as session:
            numbers = session.scalars(select(Edition.id).order_by(Edition.id)).all()
            if numbers:
                act(session, numbers[n % len(numbers)], history)

    return done


def _claim(history: History, n: int) -> None:
    with history.database.read() as session:
        numbers = session.scalars(select(Edition.id).order_by(Edition.id)).all()
    if numbers:
        history.claim(numbers[n % len(numbers)], n + 1, f"w{n % 2}")


def _settle(history: History, n: int) -> None:
    history.settle(*SETTLED[n:], *SETTLED[:n], worker=f"w{n % 2}")


def _fall_silent(history: History, n: int) -> None:
    history.now += timedelta(minutes=10)
    with history.database.write() as session:
        ledger_store.doubt_expired(session, (), history.now)


def _wait(history: History, n: int) -> None:
    history.now += timedelta(hours=5 * n)


def _cancel(session: Session, number: int, history: History) -> None:
    session.get_one(Edition, number).state = EditionState.CANCELLED
    session.flush()
    uncertain.skip_cancelled(session, history.now)


def _person(**values: object) -> Act:
    def change(history: History, n: int) -> None:
        person = NUMBERS[n % len(NUMBERS)]
        with history.database.write() as session:
            session.execute(update(Subscriber).where(Subscriber.id == person).values(**values))

    return change


def _to_a_delivery(statement: Callable[[int], object]) -> Act:
    """What nobody should do to the ledger by hand."""

    def done(history: History, n: int) -> None:
        with history.database.write() as session:
            numbers = session.scalars(select(Delivery.id).order_by(Delivery.id)).all()
            if numbers:
                session.execute(statement(numbers[n % len(numbers)]))

    return done


def _begin(history: History, n: int) -> None:
    history.claim(history.fan_out(), n + 1, f"w{n % 2}")


ACTS: dict[str, Act] = {
    "send": lambda history, n: history.send(*SETTLED[n:], *SETTLED[:n]),
    "begin": _begin,
    "claim": _claim,
    "settle": _settle,
    "fall silent": _fall_silent,
    "requeue failed": _to_an_edition(lambda s, number, h: uncertain.requeue_failed(s, number)),
    "resend": _to_an_edition(
        lambda s, number, h: uncertain.resolve_uncertain(s, number, resend=True, now=h.now)
    ),
    "leave": _to_an_edition(
        lambda s, number, h: uncertain.resolve_uncertain(s, number, resend=False, now=h.now)
    ),
    "resend by policy": _to_an_edition(lambda s, number, h: uncertain.resend_uncertain(s, number)),
    "cancel": _to_an_edition(_cancel),
    "wait": _wait,
    "take in": lambda history, n: history.take_in(Portion(at_once=1 + n, most_open=n % 3)),
    "take in all": lambda history, n: history.take_in(),
    "refresh": lambda history, n: refresh(history.database, ZONE, history.now),
    "change somebody": _person(source="paper"),
    "somebody leaves": _person(status=SubscriberStatus.ENDED),
    "erase somebody": _person(status=SubscriberStatus.ERASED, address=None),
    "remove a delivery": _to_a_delivery(lambda key: delete(Delivery).where(Delivery.id == key)),
    "undo a delivery": _to_a_delivery(
        lambda key: update(Delivery).where(Delivery.id == key).values(state=DeliveryState.QUEUED)
    ),
}
