"""Threads for what a crowd writes: few, since more would only take turns at the interpreter.

SQLite takes one writer; PostgreSQL several, who wait for its disk meanwhile. Whatever else the
site does has its own threads and waits for none of these.
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
    """The writing threads of one site."""

    def __init__(self, database: Database) -> None:
        self._limiter = CapacityLimiter(ON_SQLITE if database.is_sqlite else ON_POSTGRESQL)

    async def run(
        self, work: Callable[Given, Result], *args: Given.args, **options: Given.kwargs
    ) -> Result:
        """What the work returns, done when its turn comes."""
        return await run_sync(partial(work, *args, **options), limiter=self._limiter)
