"""Logging set-up: one line per event on standard error, for terminals and journald."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from newsletter.printable import printable, printable_value


def log_to_stderr(level: int) -> None:
    """Log from this level: time, level, event, values."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _sanitised,
            structlog.dev.ConsoleRenderer(colors=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_SanitisingFormatter("%(asctime)s [%(levelname)s] %(name)s: %(message)s"))
    # Libraries, uvicorn included.
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
    # It warns each second that sending lasts longer than until its next run.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _sanitised(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor: sanitises every value; a traceback keeps its line breaks."""
    return {
        key: printable(value) if key == "exception" else printable_value(value)
        for key, value in event.items()
    }


class _SanitisingFormatter(logging.Formatter):
    """Sanitises lines of the standard library's loggers."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))
