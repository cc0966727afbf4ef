"""Data of the console's home page: what needs a person, what goes out, what went out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.config.tables.sending import UncertainPolicy
from newsletter.delivery.ledger.models import Delivery, DeliveryState
from newsletter.editions.models import Edition, EditionKind, EditionState
from newsletter.editions.store import WITHOUT_TEXTS
from subscribers import store as people
from subscribers.models import SubscriberStatus

S = EditionState
UNDER_WAY = (S.SENDING, S.QUEUED)
NEEDS_A_PERSON = (S.STOPPED, S.PAUSED, S.DRAFT)
LATEST = 5


@dataclass(frozen=True, kw_only=True)
class EditionGlance:
    """An edition in a line."""

    number: int
    title: str
    subject: str
    state: EditionState
    is_bulletin: bool
    send_at: datetime
    finished_at: datetime | None
    note: str
    has_left: bool
    """Whether its mails are made."""
    audience: int
    """How many mails; 0 before they are made."""


def under_way(session: Session) -> list[EditionGlance]:
    """What is being sent or waits for its time, the next first."""
    return _glances(session, UNDER_WAY, limit=20)


def needing_a_person(session: Session) -> list[EditionGlance]:
    """What has stopped, is paused or waits for approval."""
    return _glances(session, NEEDS_A_PERSON, limit=20)


@dataclass(frozen=True, kw_only=True)
class SentGlance:
    """An edition that went out."""

    edition: EditionGlance
    sent: int
    failed: int


def latest(session: Session) -> list[SentGlance]:
    """The last editions that went out."""
    query = (
        select(Edition)
        .where(Edition.state == S.SENT)
        .order_by(Edition.send_at.desc(), Edition.id.desc())
        .limit(LATEST)
        .options(*WITHOUT_TEXTS)
    )
    return [_sent(session, edition) for edition in session.scalars(query)]


def _sent(session: Session, edition: Edition) -> SentGlance:
    # Those sent are nearly all: what the others leave of the audience, not a million rows.
    others = [state for state in DeliveryState if state is not DeliveryState.SENT]
    query = (
        select(Delivery.state, func.count())
        .where(Delivery.edition_id == edition.id, Delivery.state.in_(others))
        .group_by(Delivery.state)
    )
    counts: dict[DeliveryState, int] = dict(session.execute(query).all())
    return SentGlance(
        edition=_glance(edition),
        sent=(edition.audience or 0) - sum(counts.values()),
        failed=counts.get(DeliveryState.FAILED, 0),
    )


@dataclass(frozen=True, kw_only=True)
class Movement:
    """People come and gone since a moment."""

    confirmed: int
    """Who get mail now."""
    come: int
    gone: int


def movement(session: Session, since: datetime) -> Movement:
    """How many have come and gone, of those who are on the list or were."""
    by_status = people.count_by_status(session)
    return Movement(
        confirmed=by_status.get(SubscriberStatus.CONFIRMED, 0),
        come=people.count_confirmed_since(session, since),
        gone=people.count_left_since(session, since),
    )


def uncertain_editions(session: Session) -> list[tuple[int, str, int]]:
    """Editions with doubtful mails that a person has to settle: number, subject, how many."""
    query = (
        select(Edition.id, Edition.subject, func.count())
        .join(Delivery, Delivery.edition_id == Edition.id)
        .where(Delivery.state == DeliveryState.UNCERTAIN, Edition.uncertain == UncertainPolicy.ASK)
        .group_by(Edition.id, Edition.subject)
        .order_by(Edition.id.desc())
        .limit(LATEST)
    )
    return [(number, subject, count) for number, subject, count in session.execute(query)]


def _glances(
    session: Session, states: Sequence[EditionState], *, limit: int
) -> list[EditionGlance]:
    query = select(Edition).where(Edition.state.in_(states)).options(*WITHOUT_TEXTS)
    editions = session.scalars(query.order_by(Edition.send_at, Edition.id).limit(limit)).all()
    return [_glance(edition) for edition in editions]


def _glance(edition: Edition) -> EditionGlance:
    return EditionGlance(
        number=edition.id,
        title=edition.title,
        subject=edition.subject,
        state=edition.state,
        is_bulletin=edition.kind is EditionKind.BULLETIN,
        send_at=edition.send_at,
        finished_at=edition.finished_at,
        note=edition.note,
        has_left=edition.fanned_out_at is not None,
        audience=edition.audience or 0,
    )
