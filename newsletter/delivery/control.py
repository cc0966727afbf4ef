"""What a person does to an edition under way: approve, pause, resume, cancel, settle doubts.

Each acts on the database alone, so it works from any process; workers see it within a second.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.config.sending import UncertainPolicy
from newsletter.delivery.ledger import store as ledger_store
from newsletter.delivery.ledger import uncertain
from newsletter.delivery.ledger.models import DeliveryState
from newsletter.delivery.limits import transport_health
from newsletter.editions import store
from newsletter.editions.life import Act
from newsletter.editions.models import Edition
from newsletter.errors import Conflict

# An edition in which any of these stands has reached, or may have reached, somebody.
HANDED_OVER = frozenset(
    {DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.FAILED, DeliveryState.CLAIMED}
)


def approve(session: Session, number: int, now: datetime) -> None:
    store.change_state(session, number, Act.APPROVE)
    edition = store.by_id(session, number)
    edition.send_at = max(edition.send_at, now)


def pause(session: Session, number: int) -> None:
    store.change_state(session, number, Act.PAUSE)


def pause_all(session: Session) -> list[int]:
    """Hold everything that is on its way or about to be; the numbers of those editions."""
    numbers = store.pausable(session)
    for number in numbers:
        pause(session, number)
    return numbers


def retry_failed(session: Session, number: int) -> int:
    """Try again those whom an edition could not reach, and nobody else; how many.

    Raises:
        Conflict: it is cancelled.
    """
    count = uncertain.requeue_failed(session, number)
    if count:
        reopen(session, number)
    return count


def resume(session: Session, number: int) -> None:
    """Go on, with transports that had refused us as well: somebody has mended them.

    What was put off because we were refused is tried at once, with all its attempts ahead.
    """
    transport_health.forget_refusals(session)
    uncertain.requeue_blocked(session, number)
    store.change_state(session, number, Act.RESUME)


def cancel(session: Session, number: int, now: datetime) -> int:
    """Hand over nothing more of an edition; how many are left out by that.

    Where it has mailed nobody, its articles are free for the digest's next edition.
    """
    store.change_state(session, number, Act.CANCEL)
    store.by_id(session, number).finished_at = now
    skipped = uncertain.skip_cancelled(session, now)
    if not HANDED_OVER & set(ledger_store.counts(session, number)):
        for edition_id in (number, *store.joined(session, number)):
            store.free_articles(session, edition_id)
    return skipped


def resolve(session: Session, number: int, *, resend: bool, now: datetime) -> int:
    """Settle the uncertain deliveries of an edition; how many.

    Raises:
        Conflict: they are to be sent again, but the edition is cancelled.
    """
    edition = store.by_id(session, number)
    count = uncertain.resolve_uncertain(session, number, resend=resend, now=now)
    if resend and count:
        reopen(session, edition.id)
    return count


def settle_doubts(session: Session, edition: Edition, now: datetime) -> int:
    """Settle an edition's uncertain deliveries by its own policy; how many are sent again.

    What is in doubt a second time waits for a person: a server that always breaks off at the
    end would be sent to without end.
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
    """Queue a finished edition again, for deliveries that are waiting once more."""
    try:
        store.change_state(session, number, Act.REOPEN)
    except Conflict:
        if store.state_of(session, number) not in store.UNDER_WAY:
            raise
