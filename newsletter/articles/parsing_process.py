"""Reading a stranger's feed in a process of its own, with a deadline and bounded memory.

No parser is proof against every input: some take hours for a hundred kilobytes. In a thread that
would hold up the whole site, and a thread can't be ended; a process can.
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
    """What a reader makes of the content; a report in its place where that takes too long.

    Args:
        read: of a module, so that another process can find it.
    """
    # A copy of this process would hold its threads' locks for ever; the server that is copied here
    # has neither threads nor anything of ours but the readers.
    method = multiprocessing.get_context("forkserver")
    method.set_forkserver_preload(["newsletter.articles.importers.feed"])
    receiving, sending = method.Pipe(duplex=False)
    arguments = (sending, read, content, name, context, int(time.total_seconds()))
    process = method.Process(target=_work, args=arguments, daemon=True)
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


def _work(
    sending: Connection, read: Read, content: bytes, name: str, context: ImportContext, seconds: int
) -> None:
    """In the other process."""
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
