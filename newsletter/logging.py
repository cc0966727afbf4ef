"""Events and where they go: one line per event on standard error, for terminals and journald."""

import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from textwrap import indent
from typing import Any

from newsletter.printable import printable, printable_value

_EVENT_WIDTH = 30  # so that the fields of lines below each other are aligned


class EventLogger:
    """Logs events: fixed words, and what varies as fields. Over the standard library's logger."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def info(self, event: str, **fields: Any) -> None:
        self._log(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        self._log(logging.WARNING, event, fields)

    def error(self, event: str, raised: BaseException | None = None, /, **fields: Any) -> None:
        """An error.

        Args:
            raised: an exception of another thread, to be logged with its traceback.
        """
        self._log(logging.ERROR, event, fields, exc_info=raised or False)

    def exception(self, event: str, **fields: Any) -> None:
        """An error, with the traceback of the exception being handled."""
        self._log(logging.ERROR, event, fields, exc_info=True)

    def _log(
        self,
        level: int,
        event: str,
        fields: Mapping[str, Any],
        *,
        exc_info: BaseException | bool = False,
    ) -> None:
        self._logger.log(level, event, exc_info=exc_info, extra={"fields": fields})


def log_to_stderr(level: int) -> None:
    """Log our events from this level, and those of libraries from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter())
    # Libraries, uvicorn included.
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)
    logging.getLogger("newsletter").setLevel(level)
    # It warns each second that sending lasts longer than until its next run.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


class LineFormatter(logging.Formatter):
    """Time, level, event and fields on one line, sanitised; a traceback is indented below it.

    So nothing from outside begins a line as the log's own do.
    """

    def format(self, record: logging.LogRecord) -> str:
        time = f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        line = f"{time} [{record.levelname.lower():<8}] {_event(record)}"
        if record.exc_info:
            text = printable(self.formatException(record.exc_info))
            line = f"{line}\n{indent(text, '  ')}"
        return line


def _event(record: logging.LogRecord) -> str:
    fields: Mapping[str, Any] | None = getattr(record, "fields", None)
    if fields is None:
        return str(printable_value(f"{record.name}: {record.getMessage()}"))
    pairs = (f"{name}={_field(value)}" for name, value in sorted(fields.items()))
    return f"{printable_value(record.msg):<{_EVENT_WIDTH}} {' '.join(pairs)}".rstrip()


def _field(value: Any) -> str:
    return str(printable_value(value if isinstance(value, str) else repr(value)))
