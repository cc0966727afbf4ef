"""Parsing of untrusted feeds in a subprocess with a deadline and a memory limit.

Parsers can take hours for a crafted 100 KB. A thread would block the site and cannot be killed; a
process can.
"""

import multiprocessing
import resource
from collections.abc import Callable, Iterator
from datetime import timedelta
from multiprocessing.connection import Connection

from newsletter.articles.importers.base import BadRecord, ImportContext, Reading, Record, failure
from newsletter.articles.importers.validation import errors_as_records

Read = Callable[[bytes, str, ImportContext], Reading]
Item = Record | BadRecord

TIME = timedelta(seconds=60)
LARGEST_MEMORY_BYTES = 2 * 1024**3
MOST_ENTRIES = 5000


def read_in_process(
    read: Read, content: bytes, name: str, context: ImportContext, time: timedelta = TIME
) -> list[Item]:
    """The records of a reader; a `BadRecord` if it exceeds time or memory.

    Args:
        read: a module-level function (pickled by name).
    """
    # fork would copy held locks of this process; the forkserver has neither threads nor state, only
    # the preloaded readers.
    method = multiprocessing.get_context("forkserver")
    method.set_forkserver_preload(["newsletter.articles.importers.feed"])
    receiving, sending = method.Pipe(duplex=False)
    arguments = (sending, read, content, name, context, int(time.total_seconds()))
    process = method.Process(target=_run_reader, args=arguments, daemon=True)
    with receiving:
        process.start()
        sending.close()
        try:
            return _received(receiving, name, time)
        finally:
            process.kill()
            process.join()
            process.close()


def _received(receiving: Connection, name: str, time: timedelta) -> list[Item]:
    seconds = time.total_seconds()
    if not receiving.poll(seconds):
        return [
            BadRecord(
                where=name,
                what=f"it could not be read within {seconds:g} seconds",
                mend="ask its makers; it may have been made to be slow",
            )
        ]
    try:
        items: list[Item] = receiving.recv()
    except EOFError:
        return [
            BadRecord(
                where=name,
                what="reading it took too much memory or time",
                mend="ask its makers; it may have been made so",
            )
        ]
    return items


def _run_reader(
    sending: Connection, read: Read, content: bytes, name: str, context: ImportContext, seconds: int
) -> None:
    """Runs in the subprocess."""
    resource.setrlimit(resource.RLIMIT_AS, (LARGEST_MEMORY_BYTES, LARGEST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds + 1, seconds + 1))
    try:
        items = list(_bounded(errors_as_records(read(content, name, context), name), name))
    except Exception as error:  # noqa: BLE001 - a reader may fail before its first record
        items = [failure(error, name)]
    sending.send(items)


def _bounded(items: Iterator[Item], name: str) -> Iterator[Item]:
    for number, item in enumerate(items):
        if number == MOST_ENTRIES:
            yield BadRecord(
                where=name,
                what=f"it has more than {MOST_ENTRIES} entries; the first were read",
                mend="import the rest from a file",
            )
            return
        yield item
