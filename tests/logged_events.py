"""Collects the events that are logged during a block."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

OURS = logging.getLogger("newsletter")


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = vars(record)["fields"]
        self.events.append({"event": record.msg, "level": record.levelname.lower(), **fields})


@contextmanager
def logged_events() -> Iterator[list[dict[str, Any]]]:
    """Each event with its level and fields, whatever is shown."""
    collector, level = _Collector(), OURS.level
    OURS.addHandler(collector)
    OURS.setLevel(logging.DEBUG)
    try:
        yield collector.events
    finally:
        OURS.removeHandler(collector)
        OURS.setLevel(level)
