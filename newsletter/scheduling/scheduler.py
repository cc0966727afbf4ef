"""Scheduled jobs of `newsletter serve`: digests, outbox, polled feeds, feed maintenance, retention.

APScheduler only triggers the jobs; what is due is derived from the database, so a job may run late,
twice, or on several machines at once.
"""

from collections.abc import Callable, Sequence

from apscheduler.schedulers.background import BackgroundScheduler

from newsletter.app import Newsletter
from newsletter.clock import SystemClock
from newsletter.feeds.maintenance import FeedMaintenance
from newsletter.scheduling import digest_jobs, feedback_jobs, upkeep_jobs
from newsletter.scheduling.guards import with_errors_logged

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
FEEDBACK_INTERVAL_SECONDS = 5
MAILBOXES_INTERVAL_SECONDS = 5


def start_scheduler(app: Newsletter) -> BackgroundScheduler:
    """The running scheduler; stop it with `shutdown`, after `app.engine.stop()`."""
    feed_maintenance = FeedMaintenance(app.database, app.config, app.clock)
    checked: dict[int, str] = {}
    jobs: tuple[tuple[Callable[[], None], int], ...] = (
        (lambda: digest_jobs.make_due_digests(app), DIGESTS_INTERVAL_SECONDS),
        (lambda: digest_jobs.make_due_articles(app), DIGESTS_INTERVAL_SECONDS),
        (app.cluster.hand_out if app.cluster else app.engine.send_due, OUTBOX_INTERVAL_SECONDS),
        (lambda: upkeep_jobs.poll_sources(app), SOURCES_INTERVAL_SECONDS),
        (app.engine.recover, RECOVERY_INTERVAL_SECONDS),
        (lambda: digest_jobs.raise_alarms(app), ALARMS_INTERVAL_SECONDS),
        (lambda: digest_jobs.ask_for_approvals(app, checked), APPROVALS_INTERVAL_SECONDS),
        (app.notices.send_due, OUTBOX_INTERVAL_SECONDS),
        (lambda: upkeep_jobs.forget_people(app), RETENTION_INTERVAL_SECONDS),
        (lambda: upkeep_jobs.count_mails(app), STATISTICS_INTERVAL_SECONDS),
        (lambda: feedback_jobs.record_refusals(app), FEEDBACK_INTERVAL_SECONDS),
        (lambda: feedback_jobs.read_mailboxes(app), MAILBOXES_INTERVAL_SECONDS),
        (lambda: feedback_jobs.check_thresholds(app), FEEDBACK_INTERVAL_SECONDS),
        (lambda: upkeep_jobs.maintain_feeds(app, feed_maintenance), FEEDS_INTERVAL_SECONDS),
        (lambda: upkeep_jobs.ask_media_sizes(app), MEDIA_SIZES_INTERVAL_SECONDS),
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
            with_errors_logged(job),
            "interval",
            seconds=seconds,
            next_run_time=SystemClock().now(),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
    scheduler.start()
    return scheduler
