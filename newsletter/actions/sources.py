"""Actions on polled feeds."""

from dataclasses import dataclass

from newsletter.actions.action import Job, long_action
from newsletter.actions.context import Context
from newsletter.articles.importers.base import ImportContext
from newsletter.articles.ingestion.polling import Fetch, poll_source, source_of
from newsletter.articles.ingestion.reports import ImportReport
from newsletter.http_client.fetching import Fetched, fetch
from newsletter.staff.permissions import Permission


@long_action(Permission.MAINTAIN)
def poll(
    job: Job[Context], name: str, fetch: Fetch = fetch, *, adopts: bool = False
) -> ImportReport:
    """Poll a feed of `[sources]` and store its new articles.

    An unchanged feed leaves no audit line.

    Args:
        adopts: take over articles with its ids that no configured feed owns.

    Raises:
        ResourceNotFound: there is no such source.
    """
    context = job.context
    source = source_of(context.config.sources, name)
    job.about("source", name)
    site = ImportContext.of(context.config.site)
    recording_fetch = _RecordingFetch(job, fetch)
    report = poll_source(
        context.database,
        source,
        site,
        context.clock,
        recording_fetch,
        among=context.config.sources.values(),
        adopts=adopts,
    )
    if job.is_begun:
        job.counts |= report.counts()
    return report


@dataclass(frozen=True)
class _RecordingFetch:
    """Fetches a URL, and writes the job's line before a changed document is stored."""

    job: Job[Context]
    fetch: Fetch

    def __call__(self, url: str, *, etag: str, last_modified: str, allow_private: bool) -> Fetched:
        answer = self.fetch(
            url, etag=etag, last_modified=last_modified, allow_private=allow_private
        )
        if answer.changed:
            self.job.begin()
        return answer
