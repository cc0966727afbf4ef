"""Controls of an edition under way: approve, pause, resume, retry, cancel, resolve.

Each writes to the database only, so it works from any process; workers see it within a second.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.config.sending import UncertainPolicy
from newsletter.delivery.ledger import store as ledger_store
from newsletter.delivery.ledger import uncertain
from newsletter.delivery.ledger.models import DeliveryState
from newsletter.delivery.limits import transport_health
from newsletter.editions import store
from newsletter.editions.lifecycle import Transition
from newsletter.editions.models import Edition
from newsletter.errors import Conflict

# An edition with a delivery in one of these states has, or may have, reached a subscriber.
HANDED_OVER = frozenset(
    {DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.FAILED, DeliveryState.CLAIMED}
)


def approve(session: Session, number: int, now: datetime) -> None:
    store.change_state(session, number, Transition.APPROVE)
    edition = store.by_id(session, number)
    edition.send_at = max(edition.send_at, now)


def pause(session: Session, number: int) -> None:
    store.change_state(session, number, Transition.PAUSE)


def pause_all(session: Session) -> list[int]:
    """Pause every edition under way or about to be; returns their numbers."""
    numbers = store.pausable(session)
    for number in numbers:
        pause(session, number)
    return numbers


def retry_failed(session: Session, number: int) -> int:
    """Queue an edition's failed deliveries again; returns how many.

    Raises:
        Conflict: the edition is cancelled.
    """
    count = uncertain.requeue_failed(session, number)
    if count:
        reopen(session, number)
    return count


def resume(session: Session, number: int) -> None:
    """Resume an edition, and clear the refusals of its transports: their cause is presumed mended.

    Deliveries deferred because the sender was refused are queued at once, without attempts.
    """
    transport_health.clear_refusals(session)
    uncertain.requeue_blocked(session, number)
    store.change_state(session, number, Transition.RESUME)


def cancel(session: Session, number: int, now: datetime) -> int:
    """Cancel an edition; returns how many deliveries are skipped.

    Where it has mailed nobody, its articles become available to the digest's next edition.
    """
    store.change_state(session, number, Transition.CANCEL)
    store.by_id(session, number).finished_at = now
    skipped = uncertain.skip_cancelled(session, now)
    if not HANDED_OVER & set(ledger_store.counts(session, number)):
        for edition_id in (number, *store.joined(session, number)):
            store.free_articles(session, edition_id)
    return skipped


def resolve(session: Session, number: int, *, resend: bool, now: datetime) -> int:
    """Settle an edition's uncertain deliveries by a person's decision; returns how many.

    Raises:
        Conflict: they are to be resent, but the edition is cancelled.
    """
    edition = store.by_id(session, number)
    count = uncertain.resolve_uncertain(session, number, resend=resend, now=now)
    if resend and count:
        reopen(session, edition.id)
    return count


def resolve_by_policy(session: Session, edition: Edition, now: datetime) -> int:
    """Settle an edition's uncertain deliveries by its policy; returns how many are resent.

    A delivery that is uncertain a second time waits for a person: a server that always breaks off
    after the content would be sent to without end.
    """
    match edition.uncertain:
        case UncertainPolicy.RESEND:
            count = uncertain.resend_uncertain(session, edition.id)
            if count:
                reopen(session, edition.id)
            return count
        case UncertainPolicy.LEAVE:
            uncertain.resolve_uncertain(session, edition.id, resend=False, now=now)
    return 0


def reopen(session: Session, number: int) -> None:
    """Reopen a finished edition whose deliveries were queued again."""
    try:
        store.change_state(session, number, Transition.REOPEN)
    except Conflict:
        if store.state_of(session, number) not in store.UNDER_WAY:
            raise
