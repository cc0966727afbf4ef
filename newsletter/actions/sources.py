"""What is done to the feeds of others that we follow: they are asked for new articles."""

from dataclasses import dataclass

from newsletter.actions.action import Job, long_action
from newsletter.actions.context import Context
from newsletter.articles.importers.base import ImportContext
from newsletter.articles.polling import Fetch, poll_source, source_of
from newsletter.articles.reports import ImportReport
from newsletter.fetching import Fetched, fetch
from newsletter.staff.permissions import Permission


@long_action(Permission.MAINTAIN)
def poll(
    job: Job[Context], name: str, fetch: Fetch = fetch, *, adopts: bool = False
) -> ImportReport:
    """Ask a feed of `[sources]` for new articles, and store them.

    A feed that has nothing new leaves no line.

    Args:
        adopts: articles with its ids that no configured feed owns are its own from now on.

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
    """Asks an address, and writes the job's line before anything of a new answer is stored."""

    job: Job[Context]
    fetch: Fetch

    def __call__(self, url: str, *, etag: str, last_modified: str, allow_private: bool) -> Fetched:
        answer = self.fetch(
            url, etag=etag, last_modified=last_modified, allow_private=allow_private
        )
        if answer.changed:
            self.job.begin()
        return answer
