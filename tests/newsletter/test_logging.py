"""Events on standard error."""

import io
import logging
from contextlib import redirect_stderr

import pytest

from newsletter.logging import EventLogger, log_to_stderr


@pytest.fixture
def stderr() -> io.StringIO:
    written = io.StringIO()
    with redirect_stderr(written):
        log_to_stderr(logging.INFO)
    return written


def test_a_line_has_time_level_event_and_fields_by_name(stderr: io.StringIO) -> None:
    EventLogger("newsletter.x").info("feed polled", url="https://a.example/", created=3, title=None)
    time, _, rest = stderr.getvalue().partition(" ")
    fields = "created=3 title=None url=https://a.example/"
    assert rest == f"[info    ] feed polled                    {fields}\n"
    assert len(time) == len("2026-11-27T09:00:00.000000Z")


def test_an_exception_is_logged_with_its_traceback(stderr: io.StringIO) -> None:
    try:
        int("broken")
    except ValueError:
        EventLogger("newsletter.x").exception("job failed", job=7)
    event, traceback, *_, error = stderr.getvalue().splitlines()
    assert event.endswith("job=7")
    assert traceback == "  Traceback (most recent call last):"
    assert error.startswith("  ValueError: invalid literal")


def test_an_exception_of_another_thread_is_logged_with_its_traceback(stderr: io.StringIO) -> None:
    EventLogger("newsletter.x").error("job failed", ValueError("broken"), job=7)
    assert "job=7" in stderr.getvalue()
    assert stderr.getvalue().rstrip().endswith("ValueError: broken")


def test_events_below_the_level_are_left_out(stderr: io.StringIO) -> None:
    log_to_stderr(logging.CRITICAL)
    EventLogger("newsletter.x").exception("job failed")
    assert stderr.getvalue() == ""


def test_libraries_are_heard_from_warnings_on(stderr: io.StringIO) -> None:
    logging.getLogger("library").info("connected")
    logging.getLogger("library").warning("refused by %s", "peer")
    assert stderr.getvalue().split("] ")[1:] == ["library: refused by peer\n"]
