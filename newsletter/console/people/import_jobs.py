"""Jobs on uploaded lists, on threads that outlive the request.

A job of a process that ends is begun again by a press: rehearsing changes nothing, and an import
goes on where its last batch ended.
"""

from collections.abc import Callable
from threading import Thread

from newsletter.errors import Conflict, NewsletterError
from newsletter.logging import EventLogger

log = EventLogger(__name__)

# A short list is done before its page is shown.
PATIENCE_SECONDS = 2.0


def begin(work: Callable[[], object], upload: int) -> None:
    """Run a job, and wait a little for it; what it finds stands with the list.

    Raises:
        Conflict: it could not begin.
    """
    refused: list[Conflict] = []

    def run() -> None:
        try:
            work()
        except Conflict as error:
            refused.append(error)
        except NewsletterError as error:
            log.info("uploaded list not read", upload=upload, reason=str(error))
        except Exception:
            log.exception("uploaded list not processed", upload=upload)

    thread = Thread(target=run, name=f"list {upload}", daemon=True)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    if refused:
        raise refused[0]
