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
            _on_one_line,
            structlog.dev.ConsoleRenderer(colors=False),
            _sanitised,
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


def _on_one_line(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor: no value begins a line of its own; a traceback's are indented."""
    return {
        key: _indented(value) if key == "exception" else printable_value(value)
        for key, value in event.items()
    }


def _sanitised(_logger: Any, _method: str, line: Any) -> str:
    """A structlog processor: the finished line, whatever kinds of values it is made of."""
    return printable(str(line))


def _indented(text: Any) -> str:
    return str(text).replace("\n", "\n  ")


class _SanitisingFormatter(logging.Formatter):
    """Sanitises lines of the standard library's loggers."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(_indented(super().format(record)))
