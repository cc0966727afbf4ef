"""Actions on what comes back: record events, undo what followed."""

from collections.abc import Sequence
from typing import TypeVar

from newsletter.actions.action import UnitOfWork, action
from newsletter.actions.context import Context
from newsletter.feedback import incoming, recording, undoing
from newsletter.feedback.judgement import Patience
from newsletter.feedback.recording import Recorded
from newsletter.staff.permissions import Permission
from newsletter.tokens.envelope import EnvelopeSigner
from newsletter.transports.events import Event

ContextT = TypeVar("ContextT", bound=Context)
KIND = "feedback"


@action(Permission.REPORT)
def record(work: UnitOfWork[Context], events: Sequence[Event]) -> Recorded:
    """Record events, each once however often it is told, and act on them.

    A hard bounce or complaint suppresses the address at once. The caller confirms to the server or
    provider only after this has returned.
    """
    return _recorded(work, events)


@action(Permission.REPORT)
def receive(work: UnitOfWork[Context], content: bytes, recipients: Sequence[str] = ()) -> Recorded:
    """Take in a mail that came back; what is not understood is kept, too.

    Args:
        recipients: the envelope's, where they are known.
    """
    signer = EnvelopeSigner(work.context.secret)
    return _recorded(work, incoming.events_of(content, signer, work.now, recipients))


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


def _recorded(work: UnitOfWork[ContextT], events: Sequence[Event]) -> Recorded:
    options = work.context.config.feedback
    patience = Patience(bounces=options.soft_bounces, over=options.soft_bounces_over)
    result = recording.record(work.session, work.context.secret, events, patience, work.now)
    work.about(KIND, "", events=result.events, suppressed=result.suppressed, left=result.left)
    # The events are their own log.
    if not result.suppressed and not result.left:
        work.skip_audit_line()
    return result
