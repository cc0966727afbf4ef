"""Where log lines go: standard error, one line each, for people and journald alike."""

import logging
import sys

import structlog


def log_to_stderr(level: int) -> None:
    """Log what is at least this serious: time, level, event, values."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
