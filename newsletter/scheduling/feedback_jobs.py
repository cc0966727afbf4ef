"""Jobs of returned mail: reading mailboxes, recording refusals, pausing editions."""

from newsletter.actions import feedback
from newsletter.app import Newsletter
from newsletter.feedback import send_refusals
from newsletter.feedback import store as feedback_store
from newsletter.feedback.receivers import mailboxes
from newsletter.feedback.receivers.base import MailboxPosition, MailboxUnreachable
from newsletter.logging import EventLogger
from newsletter.staff.actors import SCHEDULE

log = EventLogger(__name__)

# Bounds a transaction, so that senders do not wait long.
BATCH_SIZE = 200
# Bounds a run, so that shutdown does not wait long.
MAX_BATCHES_PER_RUN = 400


def read_mailboxes(app: Newsletter) -> None:
    """Read each mailbox that is due."""
    for name, options in app.config.feedback.mailboxes.items():
        with app.database.read() as session:
            stored = feedback_store.find_mailbox(session, name)
        if stored is not None and app.clock.now() < stored.read_at + options.every:
            continue
        position = MailboxPosition()
        if stored is not None:
            position = MailboxPosition(
                validity=stored.validity, last=stored.last, seen=set(stored.seen)
            )
        problem = ""
        try:
            taken = mailboxes.read(options, position, lambda mail: record_returned_mail(app, mail))
            if taken:
                log.info("returned mails read", mailbox=name, mails=taken)
        except MailboxUnreachable as error:
            problem = str(error)
            log.error("mailbox not read", mailbox=name, error=problem)  # noqa: TRY400
        feedback.remember_mailbox(app, SCHEDULE, name, position, problem)


def record_returned_mail(app: Newsletter, mail: bytes) -> bool:
    """Record a mail that came back; whether it was one of ours."""
    return feedback.receive(app, SCHEDULE, mail).is_understood


def record_refusals(app: Newsletter) -> None:
    """Record refusals at sending as events, and act on them."""
    for _ in range(MAX_BATCHES_PER_RUN):
        with app.database.read() as session:
            refusals = send_refusals.unrecorded(session, app.clock.now(), BATCH_SIZE)
        if not refusals:
            return
        recorded = feedback.record(app, SCHEDULE, refusals)
        log.info("refusals recorded", events=recorded.events, suppressed=len(recorded.suppressed))


def check_thresholds(app: Newsletter) -> None:
    """Pause editions that come back too often, and raise the alarms."""
    for alarm in feedback.check_returned_mail(app, SCHEDULE):
        log.error("alarm raised", what=alarm.title, detail=alarm.text)
        app.send_alarm(alarm)
