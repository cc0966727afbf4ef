"""Jobs on uploaded lists, on threads that outlive the request.

A job of a process that ends is begun again by a press: rehearsing changes nothing, and an import
goes on where its last batch ended.
"""

from collections.abc import Callable
from threading import Thread

import structlog

from newsletter.errors import NewsletterError

log = structlog.get_logger()

# A short list is done before its page is shown.
PATIENCE_SECONDS = 2.0


def begin(work: Callable[[], object], upload: int) -> None:
    """Run a job, and wait a little for it; what it finds stands with the list."""
    thread = Thread(target=_logged, args=(work, upload), name=f"list {upload}", daemon=True)
    thread.start()
    thread.join(PATIENCE_SECONDS)


def _logged(work: Callable[[], object], upload: int) -> None:
    try:
        work()
    except NewsletterError as error:
        log.info("uploaded list not read", upload=upload, reason=str(error))
    except Exception:
        log.exception("uploaded list", upload=upload)
