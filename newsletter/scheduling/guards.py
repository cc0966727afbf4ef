"""Logging of the errors that a job leaves for its next run."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from newsletter.errors import Conflict, NewsletterError
from newsletter.logging import EventLogger

log = EventLogger(__name__)


@contextmanager
def errors_logged(event: str, **fields: object) -> Iterator[None]:
    """Log an error as this event instead of raising it; the rest goes on, the job runs again."""
    try:
        yield
    except Conflict as error:
        log.info("done by another process", **fields, detail=str(error))
    except NewsletterError as error:
        log.error(event, **fields, error=str(error))  # noqa: TRY400


def with_errors_logged(job: Callable[[], None]) -> Callable[[], None]:
    """The job, with errors logged in one line instead of raised."""

    def guarded() -> None:
        try:
            job()
        except NewsletterError as error:
            log.error("scheduled job failed, will be retried", error=str(error))  # noqa: TRY400

    return guarded
