"""A transport that looks, at every hand-over, whether this mail may go to this person."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from console_walker import Chance
from sqlalchemy.orm import Session
from support import RecordingTransport

from newsletter.app import Newsletter
from newsletter.delivery.ledger.models import Delivery
from newsletter.editions.models import Edition, EditionKind
from newsletter.transports.base import (
    Accepted,
    ClosingSession,
    Deferred,
    InDoubt,
    Mail,
    Outcome,
    Recorder,
    Refused,
)
from subscribers.models import Frequency, Subscriber, SubscriberStatus, Suppression

ANSWERS: list[Outcome] = [
    *[Accepted(response="250 ok")] * 7,
    Refused(response="550 5.1.1 no such user"),
    Deferred(response="451 4.7.1 greylisted"),
    InDoubt(response="the connection broke"),
]
TAKES = {
    EditionKind.DIGEST: {Frequency.REGULAR, Frequency.WEEKLY, Frequency.EVERYTHING},
    EditionKind.BULLETIN: {
        Frequency.REGULAR,
        Frequency.BULLETINS,
        Frequency.ARTICLES,
        Frequency.EVERYTHING,
    },
}


@dataclass
class MailWitness(RecordingTransport):
    """Answers by chance; what it saw that may not be."""

    app: Newsletter | None = None
    chance: Chance | None = None
    faults: list[str] = field(default_factory=list)
    accepted: set[tuple[int, int]] = field(default_factory=set)
    """Edition and subscriber."""
    is_edition: bool = False
    """Tests and notices, which the console hands over itself, are none."""

    def send_due(self) -> None:
        """Send the editions that are due, and look at each mail."""
        assert self.app
        self.is_edition = True
        self.app.engine.send_due()
        self.is_edition = False

    def open(self) -> "WitnessSession":  # type: ignore[override]
        return WitnessSession(self)

    def answer(self, mail: Mail) -> Outcome:
        """What the server says; noted, where the mail should not have come to it."""
        if not self.is_edition:
            return ANSWERS[0]
        assert self.app
        assert self.chance
        said = self.chance.choice(ANSWERS)
        with self.app.database.read() as session:
            delivery = session.get_one(Delivery, mail.key)
            person = session.get_one(Subscriber, delivery.subscriber_id)
            edition = session.get_one(Edition, delivery.edition_id)
            faults = _faults(session, edition, person, mail, self.app.clock.now())
        mailed = (edition.id, person.id)
        if mailed in self.accepted:
            faults.append("was mailed already")
        self.faults += [
            f"edition {edition.id} to subscriber {person.id}: {fault}" for fault in faults
        ]
        if isinstance(said, Accepted):
            self.accepted.add(mailed)
        return said


class WitnessSession(ClosingSession):
    def __init__(self, witness: MailWitness) -> None:
        self._witness = witness

    def send(self, mails: Iterable[Mail], recorder: Recorder) -> None:
        for mail in mails:
            recorder.handing_over(mail.key)
            recorder.settled(mail.key, self._witness.answer(mail))


def _faults(
    session: Session, edition: Edition, person: Subscriber, mail: Mail, now: datetime
) -> list[str]:
    """Why this person may not be mailed, by their own row alone."""
    found = {
        "the address is another": person.address != mail.recipient,
        f"they are {person.status}": person.status is not SubscriberStatus.CONFIRMED,
        "they are paused": person.paused_until is not None and person.paused_until > now,
        "they are suppressed": session.get(Suppression, person.address_hash) is not None,
        f"they take {person.frequency}": person.frequency not in TAKES[edition.kind],
    }
    return [words for words, holds in found.items() if holds]
