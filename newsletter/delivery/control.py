"""Controls of an edition under way: approve, pause, resume, retry, cancel, resolve.

Each writes to the database only, so it works from any process; workers see it within a second.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from newsletter.config.options import Config
from newsletter.config.quiet_hours import after_quiet_hours
from newsletter.config.tables.approval import Approval
from newsletter.config.tables.sending import UncertainPolicy
from newsletter.delivery.ledger import holds, uncertain
from newsletter.delivery.ledger import store as ledger_store
from newsletter.delivery.ledger.models import DeliveryState
from newsletter.delivery.limits import transport_health
from newsletter.editions import store
from newsletter.editions.approvals import rules
from newsletter.editions.approvals import store as approvals
from newsletter.editions.approvals.snapshots import fingerprint_of
from newsletter.editions.composing.composition import Composition
from newsletter.editions.lifecycle import Transition, next_state
from newsletter.editions.models import Edition, EditionKind
from newsletter.errors import Conflict

# An edition with a delivery in one of these states has, or may have, reached a subscriber.
HANDED_OVER = frozenset(
    {DeliveryState.SENT, DeliveryState.UNCERTAIN, DeliveryState.FAILED, DeliveryState.CLAIMED}
)


def approve(
    session: Session,
    config: Config,
    number: int,
    actor: str,
    now: datetime,
    *,
    seen: str | None = None,
) -> int:
    """Approve an edition as it is; how many approvals are still missing.

    With the last one it is queued, for its time or for the end of the undo window.

    Args:
        actor: as `str(Actor)`.
        seen: the fingerprint of what was looked at; None: whatever is there.

    Raises:
        ResourceNotFound: there is no such edition.
        Conflict: it does not wait for approval, it has changed since, or it needs another person.
    """
    store.by_id(session, number)
    edition = store.lock(session, number)
    next_state(number, edition.state, Transition.APPROVE)
    rules.check_approver(edition, actor)
    mark = fingerprint_of(Composition.of(session, edition))
    rules.check_seen(number, seen, mark)
    approvals.add(session, number, actor, mark, now)
    missing = rules.missing_approvals(edition, approvals.of_edition(session, number), mark)
    if not missing:
        edition.send_at = _send_at(edition, config, now)
        session.flush()
        store.change_state(session, number, Transition.APPROVE)
    return missing


def reopen_draft(session: Session, number: int) -> None:
    """Put a digest's edition that nobody was mailed back to be edited and approved anew.

    Raises:
        ResourceNotFound: there is no such edition.
        Conflict: it is no digest's, or its mails are made already.
    """
    store.by_id(session, number)
    edition = store.lock(session, number)
    after = next_state(number, edition.state, Transition.REVISE)
    if edition.kind is not EditionKind.DIGEST or edition.fanned_out_at is not None:
        raise Conflict(
            f"edition {number} cannot be edited any more: "
            + ("its mails are made" if edition.fanned_out_at else "it is no digest's")
        )
    edition.state = after
    if not edition.approvals_needed:
        edition.approval, edition.approvals_needed = Approval.SENDER, 1
    approvals.clear(session, number)


def _send_at(edition: Edition, config: Config, now: datetime) -> datetime:
    """When an edition leaves that is approved now."""
    chosen = max(edition.send_at, now + config.bulletins.undo)
    if edition.kind is not EditionKind.BULLETIN or edition.in_quiet_hours:
        return chosen
    return after_quiet_hours(chosen, config.bulletins.quiet, ZoneInfo(config.site.timezone))


def pause(session: Session, number: int) -> None:
    store.change_state(session, number, Transition.PAUSE)


def pause_all(session: Session) -> list[int]:
    """Pause every edition under way or about to be; returns their numbers."""
    numbers = store.pausable(session)
    for number in numbers:
        pause(session, number)
    return numbers


def retry_failed(session: Session, number: int, delivery: int | None = None) -> int:
    """Queue an edition's failed deliveries again; returns how many.

    Args:
        delivery: only this one; None: all.

    Raises:
        Conflict: the edition is cancelled.
    """
    count = uncertain.requeue_failed(session, number, delivery)
    if count:
        reopen(session, number)
    return count


def resume(session: Session, number: int) -> None:
    """Resume an edition, and clear the refusals of its transports: their cause is presumed mended.

    Deliveries deferred because the sender was refused are queued at once, without attempts, and so
    are those whose refusals held the edition.
    """
    transport_health.clear_refusals(session)
    uncertain.requeue_blocked(session, number)
    holds.requeue_doubtful(session, number)
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


def resolve(
    session: Session, number: int, *, resend: bool, now: datetime, delivery: int | None = None
) -> int:
    """Settle an edition's uncertain deliveries by a person's decision; returns how many.

    Args:
        delivery: only this one; None: all.

    Raises:
        Conflict: they are to be resent, but the edition is cancelled.
    """
    edition = store.by_id(session, number)
    count = uncertain.resolve_uncertain(session, number, resend=resend, now=now, delivery=delivery)
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
