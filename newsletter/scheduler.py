"""What happens by itself in `newsletter serve`: digests, the outbox, polled feeds, our feeds.

APScheduler only wakes the looks below; what is due is derived from the ledger of editions, so a
look may come late, twice, or on several machines at once.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from newsletter.actions import articles, digests, feeds, maintenance, sources
from newsletter.app import Newsletter
from newsletter.articles.polling import due_sources
from newsletter.articles.store import due_for_publication
from newsletter.clock import SystemClock
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger.statistics import count_lot
from newsletter.editions import store
from newsletter.editions.digests.combined_digests import DueDigest, groups
from newsletter.editions.digests.schedule import DueRuns, Run, due_runs
from newsletter.editions.digests.sections import NoEdition
from newsletter.editions.each_article import due_articles
from newsletter.editions.models import EACH_ARTICLE
from newsletter.errors import Conflict, NewsletterError
from newsletter.feeds.maintenance import FeedMaintenance
from newsletter.fetching import Size, size_of
from newsletter.staff.actors import SCHEDULE

log = structlog.get_logger()

LOOK_AT_OUTBOX_SECONDS = 1
LOOK_AT_DIGESTS_SECONDS = 20
LOOK_AT_SOURCES_SECONDS = 60
LOOK_FOR_THE_DEAD_SECONDS = 60
LOOK_AFTER_EDITIONS_SECONDS = 60
LOOK_AT_FEEDS_SECONDS = 15
LOOK_AT_PEOPLE_SECONDS = 3600
LOOK_AT_SIZES_SECONDS = 30
COUNT_MAILS_SECONDS = 15
# So many at a time, that a scheduler which is stopped need not wait for long.
MOST_LOTS = 400
SIZE_TIME = timedelta(seconds=10)


def start_scheduler(app: Newsletter) -> BackgroundScheduler:
    """The running scheduler; stop it with `shutdown`, after `app.engine.stop()`."""
    keeper = FeedMaintenance(app.database, app.config, app.clock)
    looks: tuple[tuple[Callable[[], None], int], ...] = (
        (lambda: make_due_digests(app), LOOK_AT_DIGESTS_SECONDS),
        (lambda: make_due_articles(app), LOOK_AT_DIGESTS_SECONDS),
        (app.cluster.hand_out if app.cluster else app.engine.send_due, LOOK_AT_OUTBOX_SECONDS),
        (lambda: poll_sources(app), LOOK_AT_SOURCES_SECONDS),
        (app.engine.recover, LOOK_FOR_THE_DEAD_SECONDS),
        (lambda: look_after(app), LOOK_AFTER_EDITIONS_SECONDS),
        (app.notices.send_due, LOOK_AT_OUTBOX_SECONDS),
        (lambda: forget_people(app), LOOK_AT_PEOPLE_SECONDS),
        (lambda: count_mails(app), COUNT_MAILS_SECONDS),
        (lambda: keep_feeds(app, keeper), LOOK_AT_FEEDS_SECONDS),
        (lambda: ask_sizes(app), LOOK_AT_SIZES_SECONDS),
    )
    app.engine.recover()
    return _looking(looks)


def start_recovery(app: Newsletter) -> BackgroundScheduler:
    """What a worker of a cluster does by itself: settle what others of its machine left."""
    app.engine.recover()
    return _looking([(app.engine.recover, LOOK_FOR_THE_DEAD_SECONDS)])


def _looking(looks: Sequence[tuple[Callable[[], None], int]]) -> BackgroundScheduler:
    scheduler = BackgroundScheduler(timezone="UTC")
    for look, seconds in looks:
        scheduler.add_job(
            _guarded(look),
            "interval",
            seconds=seconds,
            next_run_time=SystemClock().now(),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
    scheduler.start()
    return scheduler


def ask_sizes(app: Newsletter) -> None:
    """Ask how large what newly stored articles bring is, for the feeds to say it."""
    base_url = f"{app.config.site.base_url}/"

    def ask(url: str) -> Size:
        # The site's own files may be on a machine that only its own network reaches.
        is_ours = url.startswith(base_url)
        return size_of(url, allow_private=is_ours, total_time=SIZE_TIME)

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
        with _told(name):
            found = look_at(app, name, now)
            for run in found.missed:
                _report_missed(app, name, run)
            if found.due is not None:
                due.append(DueDigest(name=name, period=found.due.period, at=found.due.at))
    for mail in groups(app.config, due):
        try:
            _make(app, mail)
        except NewsletterError:
            # One that cannot be made must not keep the others from going out.
            for single in mail:
                with _told(single.name):
                    _make(app, [single])


def publish_due_articles(app: Newsletter) -> None:
    """Publish the scheduled articles whose time has come.

    Before every look at what is to be mailed: a digest of nine o'clock tells what appears at nine.
    """
    with app.database.read() as session:
        if not due_for_publication(session, app.clock.now()):
            return
    for number, title in articles.publish_due(app, SCHEDULE).items():
        log.info("article published", article=number, title=title)


def make_due_articles(app: Newsletter) -> None:
    """Compose the edition of every article that is to be mailed by itself."""
    publish_due_articles(app)
    if not app.config.each_article.is_on:
        return
    _known_since(app, EACH_ARTICLE)
    with app.database.read() as session:
        due = list(due_articles(session, app.config, app.clock.now()))
    for number in due:
        with _told(f"article {number}"):
            made = articles.mail(app, SCHEDULE, number)
            log.info("edition composed", article=number, edition=made.number)


@contextmanager
def _told(digest: str) -> Iterator[None]:
    """Log what keeps a digest from being made; the next look comes all the same."""
    try:
        yield
    except Conflict as error:
        log.info("another process was quicker", digest=digest, detail=str(error))
    except NewsletterError as error:
        log.error("digest cannot be made", digest=digest, error=str(error))  # noqa: TRY400


def look_at(app: Newsletter, name: str, now: datetime) -> DueRuns:
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
    """Since when a digest is known: from now on, if this is the first look."""
    with app.database.read() as session:
        found = store.find_known_since(session, digest)
    if found is not None:
        return found
    now = app.clock.now()
    digests.register(app, SCHEDULE, digest)
    return now


def look_after(app: Newsletter) -> None:
    """Tell the administrators of editions that stall or are overdue, each once."""
    now = app.clock.now()
    overdue = [found for name in app.config.digests if (found := _overdue(app, name, now))]
    told_as = [(f"overdue {name} {run.period}", _not_made(name, run)) for name, run in overdue]
    for alarm in maintenance.look_after_editions(app, SCHEDULE, told_as):
        log.error("needs a person", what=alarm.title, detail=alarm.text)
        app.tell(alarm)


def _overdue(app: Newsletter, name: str, now: datetime) -> tuple[str, Run] | None:
    """The run of a digest that is long due and has not been made, if there is one."""
    patience, due = app.config.alarms.overdue, look_at(app, name, now).due
    return (name, due) if patience and due and due.at < now - patience else None


def _not_made(name: str, run: Run) -> Alarm:
    return Alarm(
        title=f"The digest {name} of {run.period} is overdue",
        text=f"It was due at {run.at:%d %b %H:%M} UTC and cannot be made; the log says why.",
        details=(f"To see it: newsletter digest preview {name}", "newsletter check"),
    )


def poll_sources(app: Newsletter) -> None:
    """Ask the feeds that are due for new articles."""
    for name in due_sources(app.database, app.config.sources, app.clock.now()):
        url = app.config.sources[name].url
        with _told(f"source {name}"):
            report = sources.poll(app, SCHEDULE, name)
            log.info("feed polled", url=url, created=report.created, updated=report.updated)
            for bad in report.bad:
                log.warning("feed entry not used", url=url, where=bad.where, what=bad.what)


def forget_people(app: Newsletter) -> None:
    """Forget addresses never confirmed, and where consent came from, when their time is over."""
    forgotten = maintenance.forget_people(app, SCHEDULE)
    if forgotten["addresses"]:
        log.info("unconfirmed addresses forgotten", addresses=forgotten["addresses"])
    if forgotten["networks"]:
        log.info("network addresses forgotten", addresses=forgotten["networks"])


def count_mails(app: Newsletter) -> None:
    """Count the deliveries of ended editions in the mail statistics, lot by lot."""
    counted = 0
    for _ in range(MOST_LOTS):
        looked_at = count_lot(app.database)
        if not looked_at:
            break
        counted += looked_at
    if counted:
        log.info("deliveries counted", deliveries=counted)


def keep_feeds(app: Newsletter, keeper: FeedMaintenance) -> None:
    """Seal the archives that are full, and tell the hubs what has changed."""
    if sealed := feeds.keep(app, SCHEDULE, keeper).archives:
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
    log.error("digest was missed and is too late to make up", digest=name, period=run.period)
    app.tell(
        Alarm(
            title=f"The digest {name} of {run.period} was missed",
            text="Nothing ran at its time, and the grace is over. Its articles go into the next.",
            details=(f"To send one now: newsletter digest send {name}",),
        )
    )


def _guarded(look: Callable[[], None]) -> Callable[[], None]:
    """The look, with errors logged in one line: the next look comes all the same."""

    def guarded() -> None:
        try:
            look()
        except NewsletterError as error:
            log.error("will be tried again", error=str(error))  # noqa: TRY400

    return guarded
