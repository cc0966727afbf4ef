"""Thread limits for writes: one on SQLite, which has one writer; four on PostgreSQL.

More would only compete for the GIL (decision 99). Other requests use other threads.
"""

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from newsletter.database import Database

ON_SQLITE = 1
ON_POSTGRESQL = 4
Given = ParamSpec("Given")
Result = TypeVar("Result")


class WriteThreads:
    """A limited set of threads for writes."""

    def __init__(self, database: Database) -> None:
        self._limiter = CapacityLimiter(ON_SQLITE if database.is_sqlite else ON_POSTGRESQL)

    async def run(
        self, work: Callable[Given, Result], *args: Given.args, **options: Given.kwargs
    ) -> Result:
        """Run `work` on one of the threads; its result."""
        return await run_sync(partial(work, *args, **options), limiter=self._limiter)
