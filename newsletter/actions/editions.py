"""Actions on editions: approve, pause, resume, cancel, retry, resolve, start."""

from collections.abc import Sequence
from typing import Protocol

from newsletter.actions.action import Job, UnitOfWork, action, long_action
from newsletter.actions.context import Context
from newsletter.delivery import control
from newsletter.delivery.ledger import store as ledger_store
from newsletter.delivery.ledger.models import DeliveryState
from newsletter.delivery.sending.engine import Engine
from newsletter.editions import store
from newsletter.staff.permissions import Permission

KIND = "edition"


class SendingContext(Context, Protocol):
    """A context that can send."""

    @property
    def engine(self) -> Engine: ...


@action(Permission.SEND)
def approve(work: UnitOfWork[Context], number: int) -> None:
    """Approve a digest's edition, so that it is sent.

    Raises:
        ResourceNotFound: there is no such edition.
        Conflict: it does not wait for approval.
    """
    work.about(KIND, number)
    control.approve(work.session, number, work.now)


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
def retry(work: UnitOfWork[Context], number: int) -> int:
    """Queue the failed deliveries of an edition again; how many.

    Raises:
        Conflict: it is cancelled.
    """
    count = control.retry_failed(work.session, number)
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
def resolve(work: UnitOfWork[Context], number: int, *, resend: bool) -> int:
    """Settle the uncertain deliveries of an edition; how many.

    Raises:
        ResourceNotFound: there is no such edition.
        Conflict: `resend`, but the edition is cancelled.
    """
    count = control.resolve(work.session, number, resend=resend, now=work.now)
    work.about(KIND, number, resend=resend, deliveries=count)
    if not count:
        work.skip_audit_line()
    return count


@long_action(Permission.SEND)
def start(job: Job[SendingContext], number: int) -> int:
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
