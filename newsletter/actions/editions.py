"""What is done to an edition: approved, paused, resumed, cancelled, settled, sent from here."""

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
    """A program that can send."""

    @property
    def engine(self) -> Engine: ...


@action(Permission.SEND)
def approve(work: UnitOfWork[Context], number: int) -> None:
    """Let a digest's edition that waits for approval go out.

    Raises:
        ResourceNotFound: there is no such edition.
        Conflict: it does not wait for approval.
    """
    work.about(KIND, number)
    control.approve(work.session, number, work.now)


@action(Permission.STOP)
def pause(work: UnitOfWork[Context], number: int) -> None:
    """Hold an edition where it is.

    Raises:
        ResourceNotFound: there is no such edition.
        Conflict: it is neither queued nor being sent.
    """
    work.about(KIND, number)
    control.pause(work.session, number)


@action(Permission.STOP)
def pause_all(work: UnitOfWork[Context]) -> Sequence[int]:
    """Hold everything that is being sent or queued; the numbers of those editions."""
    numbers = control.pause_all(work.session)
    work.about("editions", "all", editions=numbers)
    if not numbers:
        work.leave_no_line()
    return numbers


@action(Permission.SEND)
def retry(work: UnitOfWork[Context], number: int) -> int:
    """Try those again whom an edition could not reach, and nobody else; how many.

    Raises:
        Conflict: it is cancelled.
    """
    count = control.retry_failed(work.session, number)
    work.about(KIND, number, deliveries=count)
    if not count:
        work.leave_no_line()
    return count


@action(Permission.SEND)
def resume(work: UnitOfWork[Context], number: int) -> None:
    """Go on with an edition that was paused or stopped.

    Raises:
        ResourceNotFound: there is no such edition.
        Conflict: it is neither.
    """
    work.about(KIND, number)
    control.resume(work.session, number)


@action(Permission.STOP)
def cancel(work: UnitOfWork[Context], number: int) -> tuple[int, dict[DeliveryState, int]]:
    """Send nothing more of an edition, for good; how many are left out, and what became of all.

    Raises:
        ResourceNotFound: there is no such edition.
        Conflict: it is sent or cancelled already.
    """
    skipped = control.cancel(work.session, number, work.now)
    work.about(KIND, number, skipped=skipped)
    return skipped, ledger_store.counts(work.session, number)


@action(Permission.SEND)
def resolve(work: UnitOfWork[Context], number: int, *, resend: bool) -> int:
    """Settle deliveries that may or may not have arrived; how many.

    Raises:
        ResourceNotFound: there is no such edition.
        Conflict: they are to be sent again, but the edition is cancelled.
    """
    count = control.resolve(work.session, number, resend=resend, now=work.now)
    work.about(KIND, number, resend=resend, deliveries=count)
    if not count:
        work.leave_no_line()
    return count


@long_action(Permission.SEND)
def start(job: Job[SendingContext], number: int) -> int:
    """Make an edition ready to be sent by this process, now; how many mails wait.

    The mails themselves are the engine's: `Engine.send`.

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
