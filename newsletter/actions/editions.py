"""Actions on editions: approve, pause, resume, cancel, retry, resolve, start."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from newsletter.actions.action import Job, UnitOfWork, action, long_action
from newsletter.actions.context import Context
from newsletter.actions.digests import ComposingContext
from newsletter.delivery import control
from newsletter.delivery.ledger import store as ledger_store
from newsletter.delivery.ledger.models import DeliveryState
from newsletter.delivery.sending.engine import Engine
from newsletter.editions import store
from newsletter.editions.approvals import store as approvals
from newsletter.editions.approvals.snapshots import fingerprint, snapshot_of
from newsletter.editions.coming.arrangement import ArrangementEdit
from newsletter.editions.coming.drafts import edit_draft, lock_draft
from newsletter.editions.compose import set_subject
from newsletter.editions.composing.composition import Composition
from newsletter.editions.digests.composition import digest_options
from newsletter.editions.digests.sections import sections_for
from newsletter.editions.models import Edition, EditionState
from newsletter.staff.permissions import Permission

KIND = "edition"


class EngineContext(Context, Protocol):
    """A context that can send."""

    @property
    def engine(self) -> Engine: ...


@action(Permission.SEND)
def approve(work: UnitOfWork[Context], number: int, *, seen: str | None = None) -> int:
    """Approve an edition as it is; how many approvals are still missing.

    Args:
        seen: the fingerprint of what was looked at; None: whatever is there.

    Raises:
        ResourceNotFound: there is no such edition.
        Conflict: it does not wait for approval, it has changed since, or it needs another person.
    """
    missing = control.approve(
        work.session, work.context.config, number, str(work.actor), work.now, seen=seen
    )
    work.about(KIND, number, missing=missing)
    return missing


@action(Permission.READ)
def record_view(work: UnitOfWork[Context], number: int) -> None:
    """Remember what the actor sees of an edition, so that they are told what changed since.

    Raises:
        ResourceNotFound: there is no such edition.
    """
    edition = store.by_id(work.session, number)
    work.about(KIND, number)
    if not _store_view(work.session, edition, str(work.actor), work.now):
        work.skip_audit_line()


@action(Permission.WRITE)
def edit(work: UnitOfWork[ComposingContext], number: int, change: ArrangementEdit) -> None:
    """Change the stories or words of a digest's edition that waits for approval.

    Approvals of what it was before count no more. Whoever had seen what they change, has seen what
    it becomes.

    Raises:
        ResourceNotFound: there is no such edition.
        Conflict: it does not wait for approval.
        InvalidInput: a story is not there or may not be taken, or none would be left.
    """
    edition, combined = lock_draft(work.session, number)
    options = digest_options(work.context.config, edition.digest or "")
    author = str(work.actor)
    view = approvals.view_of(work.session, combined.id, author)
    had_seen = view is not None and view.fingerprint == fingerprint(
        _snapshot(work.session, combined)
    )
    edit_draft(work.session, edition, options, change, work.now)
    if author not in combined.authors:
        combined.authors = [*combined.authors, author]
    sections = sections_for(store.sections_of(work.session, combined))
    set_subject(combined, sections, work.context.renderer)
    if had_seen:
        _store_view(work.session, combined, author, work.now)
    work.about(KIND, number)


@action(Permission.STOP)
def reopen(work: UnitOfWork[Context], number: int) -> None:
    """Put a digest's edition that nobody was mailed back to be edited and approved anew.

    Raises:
        ResourceNotFound: there is no such edition.
        Conflict: it is no digest's, or its mails are made already.
    """
    work.about(KIND, number)
    control.reopen_draft(work.session, number)


@action(Permission.MAINTAIN)
def ask_for_approval(work: UnitOfWork[Context], number: int, mark: str) -> bool:
    """Note that the senders are asked now to approve an edition; False where they were before.

    Noted before the mails leave, so that nobody is asked twice about the same.

    Args:
        mark: the fingerprint of what they are asked about.

    Raises:
        ResourceNotFound: there is no such edition.
    """
    store.by_id(work.session, number)
    edition = store.lock(work.session, number)
    if edition.state is not EditionState.DRAFT or edition.approval_asked_about == mark:
        work.skip_audit_line()
        return False
    edition.approval_asked_at, edition.approval_asked_about = work.now, mark
    work.about(KIND, number)
    return True


@action(Permission.STOP)
def pause(work: UnitOfWork[Context], number: int) -> None:
    """Pause an edition.

    Raises:
        ResourceNotFound: there is no such edition.
        Conflict: it is neither queued nor being sent.
    """
    work.about(KIND, number)
    control.pause(work.session, number)


@action(Permission.STOP)
def pause_all(work: UnitOfWork[Context]) -> Sequence[int]:
    """Pause every edition queued or being sent; their numbers."""
    numbers = control.pause_all(work.session)
    work.about("editions", "all", editions=numbers)
    if not numbers:
        work.skip_audit_line()
    return numbers


@action(Permission.SEND)
def retry(work: UnitOfWork[Context], number: int, *, delivery: int | None = None) -> int:
    """Queue the failed deliveries of an edition again; how many.

    Args:
        delivery: only this one; None: all.

    Raises:
        Conflict: it is cancelled.
    """
    count = control.retry_failed(work.session, number, delivery)
    work.about(KIND, number, deliveries=count)
    if not count:
        work.skip_audit_line()
    return count


@action(Permission.SEND)
def resume(work: UnitOfWork[Context], number: int) -> None:
    """Resume a paused or stopped edition.

    Raises:
        ResourceNotFound: there is no such edition.
        Conflict: it is neither.
    """
    work.about(KIND, number)
    control.resume(work.session, number)


@action(Permission.STOP)
def cancel(work: UnitOfWork[Context], number: int) -> tuple[int, dict[DeliveryState, int]]:
    """Cancel an edition for good; the deliveries skipped, and the counts of all states.

    Raises:
        ResourceNotFound: there is no such edition.
        Conflict: it is sent or cancelled already.
    """
    skipped = control.cancel(work.session, number, work.now)
    work.about(KIND, number, skipped=skipped)
    return skipped, ledger_store.counts(work.session, number)


@action(Permission.SEND)
def resolve(
    work: UnitOfWork[Context], number: int, *, resend: bool, delivery: int | None = None
) -> int:
    """Settle the uncertain deliveries of an edition; how many.

    Args:
        delivery: only this one; None: all.

    Raises:
        ResourceNotFound: there is no such edition.
        Conflict: `resend`, but the edition is cancelled.
    """
    count = control.resolve(work.session, number, resend=resend, now=work.now, delivery=delivery)
    work.about(KIND, number, resend=resend, deliveries=count)
    if not count:
        work.skip_audit_line()
    return count


@long_action(Permission.SEND)
def start(job: Job[EngineContext], number: int) -> int:
    """Fan an edition out, to be sent by this process; the number of waiting mails.

    `Engine.send` sends them.

    Raises:
        ResourceNotFound: there is no such edition.
        Conflict: its state does not allow it.
    """
    engine = job.context.engine
    with job.context.database.read() as session:
        store.by_id(session, number)
    engine.recover()
    job.about(KIND, number)
    job.begin()
    engine.prepare(number)
    with job.context.database.read() as session:
        waiting = ledger_store.count_unsettled(session, number)
    job.counts["waiting"] = waiting
    return waiting


def _store_view(session: Session, edition: Edition, actor: str, now: datetime) -> bool:
    """Note that an actor sees an edition as it is; False where they saw the same before."""
    snapshot = _snapshot(session, edition)
    return approvals.put_look(session, edition.id, actor, fingerprint(snapshot), snapshot, now)


def _snapshot(session: Session, edition: Edition) -> dict[str, Any]:
    return snapshot_of(Composition.of(session, edition))
