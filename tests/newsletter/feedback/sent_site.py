"""A site that has sent editions, and events told of them."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from support import SECRET, RecordingTransport

from newsletter.actions import feedback
from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.delivery.ledger.models import Delivery
from newsletter.editions.compose import BulletinDraft, compose_bulletin
from newsletter.feedback.recording import Recorded
from newsletter.staff.actors import provider
from newsletter.transports.events import Event, EventKind, EventSource
from subscribers import store as people
from subscribers.addresses import hash_address

ANN, BEN = "ann@wexcombe.example", "ben@wexcombe.example"


@dataclass
class Site:
    """A site whose bulletins go to Ann, Ben and Cat."""

    app: Newsletter
    clock: FixedClock
    transport: RecordingTransport
    sent: int = 0

    def send(self) -> int:
        """Send a bulletin; its edition."""
        self.sent += 1
        draft = BulletinDraft(subject=f"Bulletin {self.sent}", text="Come on Sunday.")
        with self.app.database.write() as session:
            edition = compose_bulletin(session, self.app.config, draft, self.clock.now())
        self.clock.at += timedelta(minutes=10)
        self.app.engine.send(edition.id)
        return edition.id

    def delivery(self, edition: int, address: str = ANN) -> Delivery:
        """The delivery of an edition to an address."""
        with self.app.database.read() as session:
            subscriber = people.by_address(session, address)
            query = select(Delivery).where(Delivery.edition_id == edition)
            return session.scalars(query.where(Delivery.subscriber_id == subscriber.id)).one()

    def tell(self, *events: Event) -> Recorded:
        """Have a provider tell events."""
        return feedback.record(self.app, provider("default"), events)

    def bounce(self, edition: int, kind: EventKind = EventKind.SOFT) -> Recorded:
        """Have Ann's mail of an edition come back."""
        return self.tell(told(kind, delivery=self.delivery(edition).id, at=self.clock.now()))

    def suppression(self, address: str = ANN) -> str | None:
        """Why an address is suppressed; None: it is not."""
        with self.app.database.read() as session:
            return people.suppression_reason(session, hash_address(SECRET, address))


def told(kind: EventKind, **values: object) -> Event:
    """An event as a provider's webhook tells it."""
    return Event(kind=kind, source=EventSource.WEBHOOK, **values)  # type: ignore[arg-type]
