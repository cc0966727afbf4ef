"""Errors that nobody caught, in this process and its threads, as they reach a terminal."""

import sys
import threading
import traceback
from types import TracebackType

from newsletter.printable import printable


def print_errors_sanitised() -> None:
    """Have what nobody caught, here and in threads, printed without control characters."""
    sys.excepthook = _print_exception
    threading.excepthook = _print_thread_exception


def _print_exception(
    _type: type[BaseException], error: BaseException, _traceback: TracebackType | None
) -> None:
    sys.stderr.write(printable("".join(traceback.format_exception(error))))


def _print_thread_exception(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        name = args.thread.name if args.thread else "a thread"
        sys.stderr.write(f"in {printable(name)}:\n")
        _print_exception(args.exc_type, args.exc_value, args.exc_traceback)
