"""Jobs of upkeep: polled feeds, feed archives and hubs, media sizes, statistics, retention."""

from datetime import timedelta

from newsletter.actions import articles, feeds, imports, maintenance, sources
from newsletter.app import Newsletter
from newsletter.articles.ingestion.polling import due_sources
from newsletter.delivery.ledger.statistics import count_batch
from newsletter.feeds.maintenance import FeedMaintenance
from newsletter.http_client.fetching import Size, size_of
from newsletter.logging import EventLogger
from newsletter.scheduling.guards import errors_logged
from newsletter.staff.actors import SCHEDULE

log = EventLogger(__name__)

# Bounds a run, so that shutdown does not wait long.
MAX_BATCHES_PER_RUN = 400
MEDIA_SIZE_TIMEOUT = timedelta(seconds=10)


def poll_sources(app: Newsletter) -> None:
    """Poll the feeds that are due."""
    for name in due_sources(app.database, app.config.sources, app.clock.now()):
        url = app.config.sources[name].url
        with errors_logged("feed not polled", source=name):
            report = sources.poll(app, SCHEDULE, name)
            log.info("feed polled", url=url, created=report.created, updated=report.updated)
            for bad in report.bad:
                log.warning("feed entry not usable", url=url, where=bad.where, what=bad.what)


def maintain_feeds(app: Newsletter, feed_maintenance: FeedMaintenance) -> None:
    """Seal full archives and notify the hubs of changes."""
    if sealed := feeds.keep(app, SCHEDULE, feed_maintenance).archives:
        log.info("feed archives sealed", archives=sealed)


def ask_media_sizes(app: Newsletter) -> None:
    """Request the sizes of media in new articles, for the feeds' enclosures."""
    base_url = f"{app.config.site.base_url}/"

    def ask(url: str) -> Size:
        # The site's own files may be on a private address.
        is_ours = url.startswith(base_url)
        return size_of(url, allow_private=is_ours, total_time=MEDIA_SIZE_TIMEOUT)

    if app.config.feeds.ask_sizes:
        articles.measure(app, SCHEDULE, ask)


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


def forget_people(app: Newsletter) -> None:
    """Purge unconfirmed addresses, network addresses of consent and uploaded lists, in time."""
    forgotten = maintenance.forget_people(app, SCHEDULE)
    if forgotten["addresses"]:
        log.info("unconfirmed addresses forgotten", addresses=forgotten["addresses"])
    if forgotten["networks"]:
        log.info("network addresses forgotten", addresses=forgotten["networks"])
    if uploads := imports.forget_uploads(app, SCHEDULE):
        log.info("uploaded lists deleted", lists=uploads)
