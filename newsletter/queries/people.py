"""One person as the office sees them: state, choices, consent, and what became of every mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.delivery.ledger import transcripts
from newsletter.delivery.ledger.advice import WHAT_HAPPENED, what_to_do
from newsletter.delivery.ledger.models import Delivery, DeliveryState, Notice
from newsletter.editions.models import Edition
from newsletter.errors import InvalidInput
from newsletter.queries import feedback
from newsletter.queries.feedback import EventView
from subscribers import consent
from subscribers import store as people
from subscribers.addresses import hash_address, normalise_address
from subscribers.audience import Exclusion, Stream, exclusion
from subscribers.consent import ConsentProof
from subscribers.models import Subscriber, SubscriberStatus, Suppression
from subscribers.topics import Choice

# A year of weekly mails.
MAILS_A_PAGE = 50


class MailKind(StrEnum):
    """Kinds of mails to one person."""

    EDITION = "edition"
    NOTICE = "notice"


@dataclass(frozen=True, kw_only=True)
class MailLine:
    """One mail to a person, and what became of it."""

    kind: MailKind
    number: int
    """Of the delivery or notice."""
    edition: int | None
    subject: str
    """Of a notice, its kind."""
    at: datetime | None
    """When it was settled; None while it waits."""
    state: DeliveryState
    happened: str
    answer: str
    """The server's words."""
    next_attempt_at: datetime | None
    advice: str
    transcript: str = ""
    """The conversation with the server, where it is kept."""


@dataclass(frozen=True, kw_only=True)
class PersonRecord:
    """All that the office may know of a person."""

    subscriber: Subscriber
    choice: Choice
    suppression: Suppression | None
    new_address: str
    """That they asked for and have not confirmed; else empty."""
    consent: Sequence[ConsentProof]
    """The oldest first."""
    mails: Sequence[MailLine]
    """Editions, the newest first."""
    older: int | None
    """The edition below which there are more mails; None if these are all."""
    notices: Sequence[MailLine]
    """The newest first."""
    events: Sequence[EventView]
    """What came back of mails to them, the newest first."""
    excluded: Mapping[Stream, Exclusion | None]
    """Why they would not be mailed now, for each kind of mail; None: they would."""


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """Who has an address."""

    number: int | None
    """Of the subscriber; None if nobody has it."""
    suppressed: str
    """The reason of its suppression; empty if it is not suppressed."""


def look_up(session: Session, secret: str, typed: str) -> Lookup | None:
    """Who has an address, in any case of letters; None if the text is no address."""
    try:
        address_hash = hash_address(secret, normalise_address(typed.strip()))
    except InvalidInput:
        return None
    subscriber = people.find_by_hash(session, address_hash)
    suppression = people.find_suppression(session, address_hash)
    return Lookup(
        number=subscriber.id if subscriber else None,
        suppressed=suppression.reason if suppression else "",
    )


def suppressed_among(session: Session, shown: Sequence[Subscriber]) -> set[int]:
    """The numbers of those whose address is suppressed."""
    by_hash = {each.address_hash: each.id for each in shown}
    query = select(Suppression.address_hash).where(Suppression.address_hash.in_(by_hash))
    return {by_hash[address_hash] for address_hash in session.scalars(query)}


def person(session: Session, number: int, now: datetime, below: int | None = None) -> PersonRecord:
    """The record of a person.

    Args:
        below: mails of editions before this one only.

    Raises:
        ResourceNotFound: there is no such subscriber.
    """
    subscriber = people.by_id(session, number)
    change = people.find_address_change(session, subscriber)
    mails = _mails(session, number, below)
    return PersonRecord(
        subscriber=subscriber,
        choice=people.choice_of(session, subscriber),
        suppression=people.find_suppression(session, subscriber.address_hash),
        new_address=change.address if change else "",
        consent=consent.history(session, subscriber),
        mails=mails[:MAILS_A_PAGE],
        older=mails[MAILS_A_PAGE - 1].edition if len(mails) > MAILS_A_PAGE else None,
        notices=_notices(session, number),
        events=feedback.events(session, subscriber=number),
        excluded=_excluded(session, number, now),
    )


def next_steps(record: PersonRecord, now: datetime) -> list[str]:
    """What the office can do for this person now, in words."""
    person = record.subscriber
    if person.status is SubscriberStatus.ERASED:
        return ["They were erased at their wish. Nothing is held about them but this number."]
    steps = []
    if record.suppression is not None:
        steps.append(
            f"Their address is suppressed ({record.suppression.reason}): they are sent nothing. If "
            "they ask for mail again, lift the suppression, and keep how they asked."
        )
    if person.status is SubscriberStatus.PENDING:
        steps.append(
            "They have not confirmed, and are sent nothing. Ask them to press the link in the mail "
            "that asked them, or to sign up again; with proof of consent you can confirm them."
        )
    if person.status is SubscriberStatus.ENDED:
        steps.append(
            "They have left, and are sent nothing. If they want mail again, they sign up anew, or "
            "you add them with proof of consent."
        )
    if person.paused_until is not None and person.paused_until > now:
        steps.append("They have paused. End the pause if they ask for it.")
    if not steps and record.mails:
        last = record.mails[0]
        steps.append(f"Their last mail, “{last.subject}”, {last.happened}. {last.advice}")
    if not steps:
        steps.append("Nothing was sent to them yet. The next mail that fits their choice is.")
    return steps


def _mails(session: Session, number: int, below: int | None) -> list[MailLine]:
    # By way of the editions, since deliveries are found by (edition, subscriber).
    query = (
        select(Delivery, Edition.subject)
        .join(Edition, Edition.id == Delivery.edition_id)
        .where(Delivery.subscriber_id == number)
        .order_by(Edition.id.desc())
        .limit(MAILS_A_PAGE + 1)
    )
    if below is not None:
        query = query.where(Edition.id < below)
    rows = session.execute(query).all()
    replies = transcripts.of_deliveries(session, [delivery.id for delivery, _ in rows])
    return [
        MailLine(
            kind=MailKind.EDITION,
            number=delivery.id,
            edition=delivery.edition_id,
            subject=subject,
            at=delivery.settled_at,
            state=delivery.state,
            happened=WHAT_HAPPENED[delivery.state],
            answer=delivery.reason,
            next_attempt_at=delivery.next_attempt_at,
            advice=what_to_do(delivery.state, delivery.reason, delivery.verdict),
            transcript=replies.get(delivery.id, ""),
        )
        for delivery, subject in rows
    ]


def _notices(session: Session, number: int) -> list[MailLine]:
    query = select(Notice).where(Notice.subscriber_id == number).order_by(Notice.id.desc())
    return [
        MailLine(
            kind=MailKind.NOTICE,
            number=notice.id,
            edition=None,
            subject=notice.kind,
            at=notice.settled_at,
            state=notice.state,
            happened=WHAT_HAPPENED[notice.state],
            answer=notice.reason,
            next_attempt_at=notice.next_attempt_at,
            advice=what_to_do(notice.state, notice.reason, ""),
        )
        for notice in session.scalars(query.limit(MAILS_A_PAGE))
    ]


def _excluded(session: Session, number: int, now: datetime) -> dict[Stream, Exclusion | None]:
    query = select(*(exclusion(stream, now).label(stream.value) for stream in Stream))
    row = session.execute(query.where(Subscriber.id == number)).one()
    return {
        stream: Exclusion(value) if value else None
        for stream, value in zip(Stream, row, strict=True)
    }
