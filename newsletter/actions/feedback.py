"""Actions on what comes back: record events, undo what followed."""

from collections.abc import Sequence

from newsletter.actions.action import UnitOfWork, action
from newsletter.actions.context import Context
from newsletter.feedback import recording, undoing
from newsletter.feedback.judgement import Patience
from newsletter.feedback.recording import Recorded
from newsletter.staff.permissions import Permission
from newsletter.transports.events import Event

KIND = "feedback"


@action(Permission.REPORT)
def record(work: UnitOfWork[Context], events: Sequence[Event]) -> Recorded:
    """Record events, each once however often it is told, and act on them.

    A hard bounce or complaint suppresses the address at once. The caller confirms to the server or
    provider only after this has returned.
    """
    options = work.context.config.feedback
    patience = Patience(bounces=options.soft_bounces, over=options.soft_bounces_over)
    result = recording.record(work.session, work.context.secret, events, patience, work.now)
    work.about(KIND, "", events=result.events, suppressed=result.suppressed, left=result.left)
    # The events are their own log.
    if not result.suppressed and not result.left:
        work.skip_audit_line()
    return result


@action(Permission.PEOPLE)
def undo(work: UnitOfWork[Context], number: int, because: str) -> int:
    """Lift the suppression that followed from an event; the subscriber.

    Raises:
        InvalidInput: no reason is given.
        ResourceNotFound: there is no such event.
        Conflict: nothing followed from it, or that is undone.
    """
    subscriber_id = undoing.undo(work.session, number, because, work.now)
    work.about("event", number, subscriber=subscriber_id)
    return subscriber_id
