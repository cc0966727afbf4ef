"""Parsing in a subprocess: bounded in time, memory and entries."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from expectations import CONTEXT

from newsletter.articles.importers.base import BadRecord, ImportContext
from newsletter.articles.importers.formats import feed
from newsletter.articles.ingestion.parsing_process import (
    MAX_RECORD_BYTES,
    ParsingProcess,
    read_in_process,
)

FEED = (
    b'<rss version="2.0"><channel><title>t</title><item><guid>https://x.example/1</guid>'
    b"<title>One</title><description>Words.</description></item></channel></rss>"
)


def slow(_content: bytes, _name: str, _context: ImportContext) -> Iterator[BadRecord]:
    while True:
        time.sleep(1)
    yield


def greedy(_content: bytes, _name: str, _context: ImportContext) -> Iterator[BadRecord]:
    kept = []
    while True:
        kept.append(bytes(100_000_000))
    yield


def killed(_content: bytes, _name: str, _context: ImportContext) -> Iterator[BadRecord]:
    os.kill(os.getpid(), 9)
    yield


def killed_later(_content: bytes, _name: str, _context: ImportContext) -> Iterator[BadRecord]:
    for number in range(100):
        yield BadRecord(where=str(number), what="", hint="")
    os.kill(os.getpid(), 9)


def trickling(_content: bytes, _name: str, _context: ImportContext) -> Iterator[BadRecord]:
    while True:
        time.sleep(0.2)
        yield BadRecord(where="one", what="", hint="")


def large(_content: bytes, _name: str, _context: ImportContext) -> Iterator[BadRecord]:
    yield BadRecord(where="one", what="a" * (MAX_RECORD_BYTES + 1), hint="")
    yield BadRecord(where="two", what="", hint="")


def only(items: list[Any]) -> BadRecord:
    assert len(items) == 1
    assert isinstance(items[0], BadRecord)
    return items[0]


def test_records_are_returned_from_the_process() -> None:
    assert read_in_process(feed.read, FEED, "a.rss", CONTEXT) == list(
        feed.read(FEED, "a.rss", CONTEXT)
    )


def test_a_reader_is_killed_after_the_deadline() -> None:
    found = only(read_in_process(slow, b"", "a.rss", CONTEXT, timedelta(seconds=1)))
    assert "1 seconds" in found.what


def test_a_reader_that_goes_on_with_records_is_killed_after_the_time_for_the_whole() -> None:
    with ParsingProcess() as process:
        found = list(process.read(trickling, b"", "a.rss", CONTEXT, timedelta(seconds=1)))
    assert "within 1 seconds" in found[-1].what
    assert found[0].where == "one"


def test_a_record_that_is_too_large_to_hold_is_refused_and_the_next_is_read() -> None:
    with ParsingProcess() as process:
        found = list(process.read(large, b"", "a.zip", CONTEXT))
    assert [item.where for item in found] == ["one", "two"]
    assert "256 MB" in found[0].what


def test_a_reader_is_killed_above_the_memory_limit() -> None:
    assert "MemoryError" in only(read_in_process(greedy, b"", "a.rss", CONTEXT)).what


def test_a_crashing_reader_is_reported() -> None:
    assert "too much" in only(read_in_process(killed, b"", "a.rss", CONTEXT)).what


def test_a_slow_content_does_not_keep_the_next_from_being_read() -> None:
    with ParsingProcess(timedelta(seconds=5)) as process:
        bad = only(list(process.read(slow, b"", "a.rss", CONTEXT)))
        after = list(process.read(feed.read, FEED, "b.rss", CONTEXT))
    assert bad.where == "a.rss"
    assert [item.where for item in after] == ["b.rss, entry 1"]


def test_records_before_a_crash_are_kept() -> None:
    with ParsingProcess() as process:
        found = list(process.read(killed_later, b"", "a.rss", CONTEXT))
    assert [item.where for item in found] == [*map(str, range(100)), "a.rss"]


def test_an_abandoned_content_does_not_leave_records_for_the_next() -> None:
    with ParsingProcess() as process:
        next(process.read(killed_later, b"", "a.rss", CONTEXT))
        after = list(process.read(feed.read, FEED, "b.rss", CONTEXT))
    assert [item.where for item in after] == ["b.rss, entry 1"]
