"""Scheduled jobs of `newsletter serve`: digests, outbox, polled feeds, feed maintenance, retention.

APScheduler only triggers the jobs; what is due is derived from the database, so a job may run late,
twice, or on several machines at once.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from newsletter.actions import (
    articles,
    digests,
    editions,
    feedback,
    feeds,
    imports,
    maintenance,
    sources,
)
from newsletter.app import Newsletter
from newsletter.articles.ingestion.polling import due_sources
from newsletter.articles.store import due_for_publication
from newsletter.clock import SystemClock
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger.statistics import count_batch
from newsletter.editions import store
from newsletter.editions.approvals.store import due_requests, inputs_of
from newsletter.editions.digests import registry
from newsletter.editions.digests.combined_digests import DueDigest, groups
from newsletter.editions.digests.schedule import DueRuns, Run, due_runs
from newsletter.editions.digests.sections import NoEdition
from newsletter.editions.each_article import due_articles
from newsletter.editions.models import EACH_ARTICLE
from newsletter.errors import Conflict, NewsletterError
from newsletter.feedback import send_refusals
from newsletter.feedback import store as store_of_feedback
from newsletter.feedback.receivers import mailboxes
from newsletter.feedback.receivers.base import MailboxPosition, MailboxUnreachable
from newsletter.feeds.maintenance import FeedMaintenance
from newsletter.fetching import Size, size_of
from newsletter.queries.approval_requests import approval_request
from newsletter.staff.actors import SCHEDULE

log = structlog.get_logger()

OUTBOX_INTERVAL_SECONDS = 1
DIGESTS_INTERVAL_SECONDS = 20
SOURCES_INTERVAL_SECONDS = 60
RECOVERY_INTERVAL_SECONDS = 60
ALARMS_INTERVAL_SECONDS = 60
APPROVALS_INTERVAL_SECONDS = 5
FEEDS_INTERVAL_SECONDS = 15
RETENTION_INTERVAL_SECONDS = 3600
MEDIA_SIZES_INTERVAL_SECONDS = 30
STATISTICS_INTERVAL_SECONDS = 15
ANSWERS_INTERVAL_SECONDS = 5
MAILBOXES_INTERVAL_SECONDS = 5
# Bounds a transaction, so that senders do not wait long.
REFUSALS_PER_BATCH = 200
# Bounds a run, so that shutdown does not wait long.
MAX_BATCHES_PER_RUN = 400
MEDIA_SIZE_TIMEOUT = timedelta(seconds=10)


def start_scheduler(app: Newsletter) -> BackgroundScheduler:
    """The running scheduler; stop it with `shutdown`, after `app.engine.stop()`."""
    feed_maintenance = FeedMaintenance(app.database, app.config, app.clock)
    checked: dict[int, str] = {}
    jobs: tuple[tuple[Callable[[], None], int], ...] = (
        (lambda: make_due_digests(app), DIGESTS_INTERVAL_SECONDS),
        (lambda: make_due_articles(app), DIGESTS_INTERVAL_SECONDS),
        (app.cluster.hand_out if app.cluster else app.engine.send_due, OUTBOX_INTERVAL_SECONDS),
        (lambda: poll_sources(app), SOURCES_INTERVAL_SECONDS),
        (app.engine.recover, RECOVERY_INTERVAL_SECONDS),
        (lambda: raise_alarms(app), ALARMS_INTERVAL_SECONDS),
        (lambda: ask_for_approvals(app, checked), APPROVALS_INTERVAL_SECONDS),
        (app.notices.send_due, OUTBOX_INTERVAL_SECONDS),
        (lambda: forget_people(app), RETENTION_INTERVAL_SECONDS),
        (lambda: count_mails(app), STATISTICS_INTERVAL_SECONDS),
        (lambda: record_answers(app), ANSWERS_INTERVAL_SECONDS),
        (lambda: read_mailboxes(app), MAILBOXES_INTERVAL_SECONDS),
        (lambda: look_after_feedback(app), ANSWERS_INTERVAL_SECONDS),
        (lambda: maintain_feeds(app, feed_maintenance), FEEDS_INTERVAL_SECONDS),
        (lambda: ask_media_sizes(app), MEDIA_SIZES_INTERVAL_SECONDS),
    )
    app.engine.recover()
    return _start(jobs)


def start_recovery(app: Newsletter) -> BackgroundScheduler:
    """The scheduled job of a cluster worker: settle the journals of dead workers on its machine."""
    app.engine.recover()
    return _start([(app.engine.recover, RECOVERY_INTERVAL_SECONDS)])


def _start(jobs: Sequence[tuple[Callable[[], None], int]]) -> BackgroundScheduler:
    scheduler = BackgroundScheduler(timezone="UTC")
    for job, seconds in jobs:
        scheduler.add_job(
            _with_errors_logged(job),
            "interval",
            seconds=seconds,
            next_run_time=SystemClock().now(),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
    scheduler.start()
    return scheduler


def ask_media_sizes(app: Newsletter) -> None:
    """Request the sizes of media in new articles, for the feeds' enclosures."""
    base_url = f"{app.config.site.base_url}/"

    def ask(url: str) -> Size:
        # The site's own files may be on a private address.
        is_ours = url.startswith(base_url)
        return size_of(url, allow_private=is_ours, total_time=MEDIA_SIZE_TIMEOUT)

    if app.config.feeds.ask_sizes:
        articles.measure(app, SCHEDULE, ask)


def make_due_digests(app: Newsletter) -> None:
    """Compose the edition of every digest that is due, and report the runs that were missed.

    Digests due at the same moment go out in one mail.
    """
    publish_due_articles(app)
    now = app.clock.now()
    due: list[DueDigest] = []
    for name in app.config.digests:
        with _errors_logged(name):
            found = due_runs_of(app, name, now)
            for run in found.missed:
                _report_missed(app, name, run)
            if found.due is not None:
                due.append(DueDigest(name=name, period=found.due.period, at=found.due.at))
    for mail in groups(app.config, due):
        try:
            _make(app, mail)
        except NewsletterError:
            # A failing digest must not block the others.
            for single in mail:
                with _errors_logged(single.name):
                    _make(app, [single])


def publish_due_articles(app: Newsletter) -> None:
    """Publish the scheduled articles that are due.

    Runs before composing: a digest of 9:00 includes an article of 9:00.
    """
    with app.database.read() as session:
        if not due_for_publication(session, app.clock.now()):
            return
    for number, title in articles.publish_due(app, SCHEDULE).items():
        log.info("article published", article=number, title=title)


def make_due_articles(app: Newsletter) -> None:
    """Compose the edition of every due article that is mailed by itself."""
    publish_due_articles(app)
    if not app.config.each_article.is_on:
        return
    _known_since(app, EACH_ARTICLE)
    with app.database.read() as session:
        due = list(due_articles(session, app.config, app.clock.now()))
    for number in due:
        with _errors_logged(f"article {number}"):
            made = articles.mail(app, SCHEDULE, number)
            log.info("edition composed", article=number, edition=made.number)


@contextmanager
def _errors_logged(digest: str) -> Iterator[None]:
    """Log errors of composing instead of raising: the job runs again."""
    try:
        yield
    except Conflict as error:
        log.info("digest composed by another process", digest=digest, detail=str(error))
    except NewsletterError as error:
        log.error("digest not composed", digest=digest, error=str(error))  # noqa: TRY400


def due_runs_of(app: Newsletter, name: str, now: datetime) -> DueRuns:
    """The runs of a digest that are due or missed."""
    options = app.config.digests[name]
    known_since = _known_since(app, name)
    with app.database.read() as session:
        recorded = store.periods(session, name)
    return due_runs(
        options.schedule,
        app.config.zone_of(options),
        known_since=known_since,
        recorded=recorded,
        grace=options.grace,
        now=now,
    )


def _known_since(app: Newsletter, digest: str) -> datetime:
    """When a digest was first seen: now, if never before."""
    with app.database.read() as session:
        found = registry.find_known_since(session, digest)
    if found is not None:
        return found
    now = app.clock.now()
    digests.register(app, SCHEDULE, digest)
    return now


def ask_for_approvals(app: Newsletter, checked: dict[int, str]) -> None:
    """Ask the senders by mail to approve what waits for it: once, and again when it has changed.

    Args:
        checked: what each edition was made of when it was last composed here; one that is made of
            the same is not composed again.
    """
    with app.database.read() as session:
        numbers = due_requests(session, app.clock.now())
    for number in checked.keys() - set(numbers):
        del checked[number]
    for number in numbers:
        with _errors_logged(f"edition {number}"):
            with app.database.read() as session:
                inputs = inputs_of(session, number)
                if checked.get(number) == inputs:
                    continue
                asked = approval_request(session, app.config, number, app.clock.now())
            # Noted first: a crash after it costs a mail, never makes two.
            if asked.is_new and editions.ask_for_approval(app, SCHEDULE, number, asked.fingerprint):
                for address, mail in asked.mails.items():
                    app.mail_alarm(mail, address)
            checked[number] = inputs


def raise_alarms(app: Newsletter) -> None:
    """Raise the alarms of stalled and overdue editions, each once."""
    now = app.clock.now()
    overdue = [found for name in app.config.digests if (found := _overdue(app, name, now))]
    overdue_alarms = [
        (f"overdue {name} {run.period}", _overdue_alarm(name, run)) for name, run in overdue
    ]
    for alarm in maintenance.look_after_editions(app, SCHEDULE, overdue_alarms):
        log.error("alarm raised", what=alarm.title, detail=alarm.text)
        app.send_alarm(alarm)


def read_mailboxes(app: Newsletter) -> None:
    """Take in what came back to each mailbox that is due."""
    for name, options in app.config.feedback.mailboxes.items():
        with app.database.read() as session:
            known = store_of_feedback.find_mailbox(session, name)
        if known is not None and app.clock.now() < known.read_at + options.every:
            continue
        position = MailboxPosition()
        if known is not None:
            position = MailboxPosition(
                validity=known.validity, last=known.last, seen=set(known.seen)
            )
        problem = ""
        try:
            taken = mailboxes.read(options, position, lambda mail: take_in(app, mail))
            if taken:
                log.info("mails taken in", mailbox=name, mails=taken)
        except MailboxUnreachable as error:
            problem = str(error)
            log.error("mailbox not read", mailbox=name, error=problem)  # noqa: TRY400
        feedback.remember_mailbox(app, SCHEDULE, name, position, problem)


def take_in(app: Newsletter, mail: bytes) -> bool:
    """Record a mail that came back; whether it was one of ours."""
    return feedback.receive(app, SCHEDULE, mail).is_understood


def look_after_feedback(app: Newsletter) -> None:
    """Pause editions that come back too often, and raise the alarms."""
    for alarm in feedback.look_after(app, SCHEDULE):
        log.error("alarm raised", what=alarm.title, detail=alarm.text)
        app.send_alarm(alarm)


def record_answers(app: Newsletter) -> None:
    """Record refusals at sending as events, and act on them."""
    for _ in range(MAX_BATCHES_PER_RUN):
        with app.database.read() as session:
            found = send_refusals.unrecorded(session, app.clock.now(), REFUSALS_PER_BATCH)
        if not found:
            return
        recorded = feedback.record(app, SCHEDULE, found)
        log.info("refusals recorded", events=recorded.events, suppressed=len(recorded.suppressed))


def _overdue(app: Newsletter, name: str, now: datetime) -> tuple[str, Run] | None:
    """The overdue run of a digest, if there is one."""
    patience, due = app.config.alarms.overdue, due_runs_of(app, name, now).due
    return (name, due) if patience and due and due.at < now - patience else None


def _overdue_alarm(name: str, run: Run) -> Alarm:
    return Alarm(
        title=f"The digest {name} of {run.period} is overdue",
        text=f"It was due at {run.at:%d %b %H:%M} UTC and cannot be made; the log says why.",
        details=(f"To see it: newsletter digest preview {name}", "newsletter check"),
    )


def poll_sources(app: Newsletter) -> None:
    """Poll the feeds that are due."""
    for name in due_sources(app.database, app.config.sources, app.clock.now()):
        url = app.config.sources[name].url
        with _errors_logged(f"source {name}"):
            report = sources.poll(app, SCHEDULE, name)
            log.info("feed polled", url=url, created=report.created, updated=report.updated)
            for bad in report.bad:
                log.warning("feed entry not usable", url=url, where=bad.where, what=bad.what)


def forget_people(app: Newsletter) -> None:
    """Purge unconfirmed addresses, network addresses of consent and uploaded lists, in time."""
    forgotten = maintenance.forget_people(app, SCHEDULE)
    if forgotten["addresses"]:
        log.info("unconfirmed addresses forgotten", addresses=forgotten["addresses"])
    if forgotten["networks"]:
        log.info("network addresses forgotten", addresses=forgotten["networks"])
    if uploads := imports.forget_uploads(app, SCHEDULE):
        log.info("uploaded lists deleted", lists=uploads)


def count_mails(app: Newsletter) -> None:
    """Add the deliveries of ended editions to the mail statistics, in batches."""
    counted = 0
    for _ in range(MAX_BATCHES_PER_RUN):
        looked_at = count_batch(app.database)
        if not looked_at:
            break
        counted += looked_at
    if counted:
        log.info("deliveries counted", deliveries=counted)


def maintain_feeds(app: Newsletter, feed_maintenance: FeedMaintenance) -> None:
    """Seal full archives and notify the hubs of changes."""
    if sealed := feeds.keep(app, SCHEDULE, feed_maintenance).archives:
        log.info("feed archives sealed", archives=sealed)


def _make(app: Newsletter, runs: Sequence[DueDigest]) -> None:
    made = digests.compose_due(app, SCHEDULE, runs)
    for run in runs:
        edition = made[run.name]
        if isinstance(edition, NoEdition):
            log.info(
                "digest has nothing to say",
                digest=run.name,
                period=run.period,
                why=edition.reason,
            )
        else:
            log.info(
                "edition composed",
                digest=run.name,
                period=run.period,
                edition=edition.number,
                state=edition.state.value,
            )


def _report_missed(app: Newsletter, name: str, run: Run) -> None:
    digests.record_missed_run(app, SCHEDULE, name, run)
    log.error("digest run missed", digest=name, period=run.period)
    app.send_alarm(
        Alarm(
            title=f"The digest {name} of {run.period} was missed",
            text="Nothing ran at its time, and the grace is over. Its articles go into the next.",
            details=(f"To send one now: newsletter digest send {name}",),
        )
    )


def _with_errors_logged(job: Callable[[], None]) -> Callable[[], None]:
    """The job, with errors logged in one line instead of raised."""

    def guarded() -> None:
        try:
            job()
        except NewsletterError as error:
            log.error("scheduled job failed, will be retried", error=str(error))  # noqa: TRY400

    return guarded
