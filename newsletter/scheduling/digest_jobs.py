"""Jobs of digests and single articles: publishing, composing, asking for approval, alarms."""

from collections.abc import Sequence
from datetime import datetime

from newsletter.actions import articles, digests, editions, maintenance
from newsletter.app import Newsletter
from newsletter.articles.store import due_for_publication
from newsletter.delivery.alarms import Alarm
from newsletter.editions import store
from newsletter.editions.approvals.store import due_requests, inputs_of
from newsletter.editions.digests import registry
from newsletter.editions.digests.combined_digests import DueDigest, groups
from newsletter.editions.digests.schedule import DueRuns, Run, due_runs
from newsletter.editions.digests.sections import NoEdition
from newsletter.editions.each_article import due_articles
from newsletter.editions.models import EACH_ARTICLE
from newsletter.errors import NewsletterError
from newsletter.logging import EventLogger
from newsletter.queries.editions.approval_requests import approval_request
from newsletter.scheduling.guards import errors_logged
from newsletter.staff.actors import SCHEDULE

log = EventLogger(__name__)


def make_due_digests(app: Newsletter) -> None:
    """Compose the edition of every digest that is due, and report the runs that were missed.

    Digests due at the same moment go out in one mail.
    """
    publish_due_articles(app)
    now = app.clock.now()
    due: list[DueDigest] = []
    for name in app.config.digests:
        with errors_logged("digest not composed", digest=name):
            runs = due_runs_of(app, name, now)
            for run in runs.missed:
                _report_missed(app, name, run)
            if runs.due is not None:
                due.append(DueDigest(name=name, period=runs.due.period, at=runs.due.at))
    for mail in groups(app.config, due):
        try:
            _make(app, mail)
        except NewsletterError:
            # A failing digest must not block the others.
            for single in mail:
                with errors_logged("digest not composed", digest=single.name):
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
        with errors_logged("article not mailed", article=number):
            composed = articles.mail(app, SCHEDULE, number)
            log.info("edition composed", article=number, edition=composed.number)


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
        known_since = registry.find_known_since(session, digest)
    if known_since is not None:
        return known_since
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
        with errors_logged("approval not requested", edition=number):
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
    overdue = [
        overdue_run for name in app.config.digests if (overdue_run := _overdue(app, name, now))
    ]
    overdue_alarms = [
        (f"overdue {name} {run.period}", _overdue_alarm(name, run)) for name, run in overdue
    ]
    for alarm in maintenance.raise_alarms(app, SCHEDULE, overdue_alarms):
        log.error("alarm raised", what=alarm.title, detail=alarm.text)
        app.send_alarm(alarm)


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


def _make(app: Newsletter, runs: Sequence[DueDigest]) -> None:
    composed = digests.compose_due(app, SCHEDULE, runs)
    for run in runs:
        edition = composed[run.name]
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
