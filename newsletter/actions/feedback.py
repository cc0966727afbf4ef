"""Actions on what comes back: record events, undo what followed."""

from collections.abc import Iterable, Sequence

from newsletter.actions.action import Job, UnitOfWork, action, long_action
from newsletter.actions.context import Context
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger import transcripts
from newsletter.feedback import incoming, recording, store, undoing, watching
from newsletter.feedback.judgement import BounceLimits
from newsletter.feedback.receivers.base import MailboxPosition
from newsletter.feedback.recording import Recorded
from newsletter.feedback.watching import PauseThresholds
from newsletter.staff.permissions import Permission
from newsletter.tokens.envelope import EnvelopeSigner
from newsletter.transports.events import Event, EventKind

KIND = "feedback"
# Bounds a transaction.
BATCH_SIZE = 500


@action(Permission.REPORT)
def record(work: UnitOfWork[Context], events: Iterable[Event]) -> Recorded:
    """Record events, each once however often it is told, and act on them.

    A hard bounce or complaint suppresses the address at once. The caller confirms to the server or
    provider only after this has returned.
    """
    return _recorded(work, events)


@long_action(Permission.REPORT)
def receive(job: Job[Context], content: bytes, recipients: Sequence[str] = ()) -> Recorded:
    """Take in a mail that came back; what is not understood is kept, too.

    It is read before the transaction begins: a stranger's mail may take its time.

    Args:
        recipients: the envelope's, where they are known.
    """
    context = job.context
    signer = EnvelopeSigner(context.secret)
    events = incoming.events_of(content, signer, context.clock.now(), recipients)
    with job.transaction() as work:
        result = _recorded(work, events)
        job.about(work.subject.kind, work.subject.name, **work.details)
    result.is_understood = any(
        event.kind is not EventKind.UNKNOWN or event.delivery is not None for event in events
    )
    return result


@action(Permission.REPORT)
def remember_mailbox(
    work: UnitOfWork[Context], name: str, position: MailboxPosition, problem: str = ""
) -> None:
    """Remember how far a mailbox is read, and why it could not be read.

    Args:
        problem: empty: it could.
    """
    store.remember_mailbox(work.session, name, position, problem, work.now)
    # The events are the log; where reading stopped is of no interest later.
    work.skip_audit_line()


@action(Permission.REPORT)
def check_returned_mail(work: UnitOfWork[Context]) -> list[Alarm]:
    """Pause editions whose bounces or complaints pass their line; the new alarms.

    Also for refusals that are about us, once a day, and forgets old evidence and transcripts.
    """
    options = work.context.config.feedback
    thresholds = PauseThresholds(bounces=options.max_bounces, complaints=options.max_complaints)
    paused, alarms = watching.pause_editions(work.session, thresholds, work.now)
    alarms += watching.blocked_alarms(work.session, work.now)
    kept_since = work.now - options.keep_evidence
    store.forget_evidence(work.session, kept_since, BATCH_SIZE)
    transcripts.forget(work.session, kept_since, BATCH_SIZE)
    work.about("editions", "", paused=paused, alarms=[alarm.title for alarm in alarms])
    if not alarms:
        work.skip_audit_line()
    return alarms


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


def _recorded(work: UnitOfWork[Context], events: Iterable[Event]) -> Recorded:
    options = work.context.config.feedback
    limits = BounceLimits(
        bounces=options.soft_bounces, over=options.soft_bounces_over, needs_proof=options.verp
    )
    result = recording.record(work.session, work.context.secret, events, limits, work.now)
    work.about(KIND, "", events=result.events, suppressed=result.suppressed, left=result.left)
    # The events are their own log.
    if not result.suppressed and not result.left:
        work.skip_audit_line()
    return result
