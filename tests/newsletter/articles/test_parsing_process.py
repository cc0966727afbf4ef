"""Parsing in a subprocess: bounded in time, memory and entries."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from expectations import CONTEXT

from newsletter.articles.importers import feed
from newsletter.articles.importers.base import BadRecord, ImportContext
from newsletter.articles.parsing_process import read_in_process


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


def only(items: list[Any]) -> BadRecord:
    assert len(items) == 1
    assert isinstance(items[0], BadRecord)
    return items[0]


def test_records_are_returned_from_the_process() -> None:
    content = (
        b'<rss version="2.0"><channel><title>t</title><item><guid>https://x.example/1</guid>'
        b"<title>One</title><description>Words.</description></item></channel></rss>"
    )
    assert read_in_process(feed.read, content, "a.rss", CONTEXT) == list(
        feed.read(content, "a.rss", CONTEXT)
    )


def test_a_reader_is_killed_after_the_deadline() -> None:
    found = only(read_in_process(slow, b"", "a.rss", CONTEXT, timedelta(seconds=5)))
    assert "5 seconds" in found.what


def test_a_reader_is_killed_above_the_memory_limit() -> None:
    assert "MemoryError" in only(read_in_process(greedy, b"", "a.rss", CONTEXT)).what


def test_a_crashing_reader_is_reported() -> None:
    assert "too much" in only(read_in_process(killed, b"", "a.rss", CONTEXT)).what
