"""Parsing of untrusted content in a subprocess with a deadline and a memory limit.

Parsers can take hours for a crafted 100 KB. A thread would block the site and cannot be killed; a
process can.
"""

import resource
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from math import ceil
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from time import monotonic
from types import TracebackType
from typing import Self

from newsletter.articles.importers.base import BadRecord, ImportContext, Reading, Record, failure
from newsletter.articles.importers.validation import errors_as_records
from newsletter.fork_server import fork_server

Read = Callable[[bytes, str, ImportContext], Reading]
Item = Record | BadRecord

TIME = timedelta(seconds=60)
"""From one record to the next."""
SLOWEST_BYTES_PER_SECOND = 50_000
"""Of a content as a whole, `TIME` besides."""
FEED_TIME = timedelta(minutes=2)
"""Of a polled feed as a whole: others wait for it."""
MEMORY_BYTES = 2 * 1024**3
MEMORY_BYTES_PER_BYTE = 8
"""Of the content, in addition: an export of a whole site is large by itself."""
MAX_ENTRIES = 5000
MAX_RECORD_BYTES = 256 * 1024**2
"""Of a record with its pictures, which are in memory when it is stored."""


class ParsingProcess:
    """A subprocess that reads one content after another; replaced after it was killed."""

    def __init__(self, time: timedelta = TIME) -> None:
        """
        Args:
            time: how long it may take from one record to the next.
        """
        self._seconds = time.total_seconds()
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._end()

    def read(
        self,
        read: Read,
        content: bytes,
        name: str,
        context: ImportContext,
        whole: timedelta | None = None,
    ) -> Iterator[Item]:
        """The records of a reader; a last `BadRecord` if it exceeds time or memory.

        Args:
            read: a module-level function, or a partial of one (pickled by name).
            whole: how long it may take altogether; None: in proportion to its size.
        """
        connection = self._connection or self._start()
        seconds = self._seconds + len(content) / SLOWEST_BYTES_PER_SECOND
        left = seconds = whole.total_seconds() if whole else seconds
        is_read = False
        try:
            connection.send((read, name, context, ceil(seconds)))
            connection.send_bytes(content)
            started_at = monotonic()
            while left > 0 and connection.poll(min(self._seconds, left)):
                item: Item | None = connection.recv()
                # Whoever stores the records takes time too, which is not the reader's.
                left -= monotonic() - started_at
                is_read = item is None
                if item is None:
                    return
                yield item
                started_at = monotonic()
            yield _too_slow(name, seconds if left <= self._seconds else self._seconds)
        except (EOFError, ConnectionError):
            yield _ended(name)
        finally:
            if not is_read:
                self._end()

    def _start(self) -> Connection:
        server = fork_server()
        ours, theirs = server.Pipe()
        process = server.Process(target=_run_readers, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        self._process, self._connection = process, ours
        return ours

    def _end(self) -> None:
        if self._process is None or self._connection is None:
            return
        self._connection.close()
        self._process.kill()
        self._process.join()
        self._process.close()
        self._process = self._connection = None


def read_in_process(
    read: Read, content: bytes, name: str, context: ImportContext, time: timedelta = TIME
) -> list[Item]:
    """The first records of a polled feed, `MAX_ENTRIES` at most."""
    with ParsingProcess(time) as process:
        items = process.read(read, content, name, context, FEED_TIME)
        records = list(islice(items, MAX_ENTRIES))
        return [*records, *([_too_many(name)] if next(items, None) else [])]


def _too_slow(name: str, seconds: float) -> BadRecord:
    return BadRecord(
        where=name,
        what=f"it could not be read within {seconds:.0f} seconds",
        hint="what comes before was read; split it, or leave it out: it may have been made slow",
    )


def _ended(name: str) -> BadRecord:
    return BadRecord(
        where=name,
        what="reading it took too much memory or time",
        hint="ask its makers; it may have been made so",
    )


def _too_many(name: str) -> BadRecord:
    return BadRecord(
        where=name,
        what=f"it has more than {MAX_ENTRIES} entries; the first were read",
        hint="import the rest from a file",
    )


def _run_readers(connection: Connection) -> None:
    """Runs in the subprocess, until the other end is closed."""
    with suppress(EOFError, ConnectionError):
        while True:
            read, name, context, seconds = connection.recv()
            content = connection.recv_bytes()
            _limit(resource.RLIMIT_AS, MEMORY_BYTES + MEMORY_BYTES_PER_BYTE * len(content))
            _limit_cpu(seconds)
            try:
                _send(connection, errors_as_records(read(content, name, context), name))
            except Exception as error:  # noqa: BLE001 - a reader may fail before its first record
                connection.send(failure(error, name))
            connection.send(None)


def _send(connection: Connection, items: Iterable[Item]) -> None:
    for item in items:
        message = ForkingPickler.dumps(item)
        if len(message) > MAX_RECORD_BYTES:
            message = ForkingPickler.dumps(_too_large(item.where, len(message)))
        connection.send_bytes(message)


def _too_large(where: str, size_bytes: int) -> BadRecord:
    return BadRecord(
        where=where,
        what=f"its text and pictures have {size_bytes >> 20} MB",
        hint=f"make its pictures smaller: one article has {MAX_RECORD_BYTES >> 20} MB at most",
    )


def _limit_cpu(seconds: int) -> None:
    """Bound the CPU time from now on, for the case that the parent is gone."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + seconds + 1)


def _limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (value, hard))
