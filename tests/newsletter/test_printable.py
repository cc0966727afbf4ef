"""Sanitising of untrusted text for terminals and logs."""

import io
import json
import logging
from collections.abc import Callable
from contextlib import redirect_stderr
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.logging import EventLogger, log_to_stderr
from newsletter.printable import printable, printable_json

TRICKS = ["\x1b]0;t\x07", "\x9b31m", "\x08", "\r", "\u202eexe.txt", "\u2066", "\x7f", "\ud800"]


@pytest.mark.parametrize("trick", TRICKS)
def test_control_and_bidi_characters_are_replaced(trick: str) -> None:
    assert not set(printable(f"a{trick}b")) & set("\x1b\x07\x9b\x08\r\u202e\u2066\x7f\ud800")


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_sanitised_text_is_encodable(text: str) -> None:
    printable(text).encode("utf-8")


@given(st.text())
def test_json_for_scripts_keeps_every_character(text: str) -> None:
    assert json.loads(printable_json(json.dumps(text, ensure_ascii=False))) == text


@pytest.mark.parametrize(
    "address",
    [
        *("https://ann:secret@feeds.example/rss", "redis://:secret@10.0.0.5/1"),
        *("https://ann:s@secret@feeds.example/", "amqp://a@b:secret@10.0.0.5?x=@"),
    ],
)
def test_passwords_in_addresses_are_masked(address: str) -> None:
    assert "secret" not in printable(f"polled {address}: refused")


def test_lines_of_events_and_of_libraries_are_sanitised() -> None:
    written = io.StringIO()
    with redirect_stderr(written):
        log_to_stderr(logging.INFO)
        EventLogger("newsletter.polling").warning(
            "polled", url="https://a:secret@x/\x1b[31m\nforged"
        )
        logging.getLogger("client").error("GET %s", "/\x1b[31m")
    assert "\x1b" not in written.getvalue()
    assert "secret" not in written.getvalue()
    assert len(written.getvalue().splitlines()) == 2


def logged(write: Callable[[], None]) -> str:
    """What is logged meanwhile."""
    written = io.StringIO()
    with redirect_stderr(written):
        log_to_stderr(logging.INFO)
        write()
    return written.getvalue()


def fail() -> NoReturn:
    raise ValueError("\x1b]52;c;cm0gLXJm\x07 https://ann:secret@x/\n2026-01-01 [info] forged")


def log_by_library() -> None:
    try:
        fail()
    except ValueError:
        logging.getLogger("client").exception("GET %s", "/\n2026-01-01 [info] forged")


def log_event() -> None:
    try:
        fail()
    except ValueError as error:
        log = EventLogger("newsletter.polling")
        log.exception("failed", error=error, seen=["https://ann:secret@x/"])


@pytest.mark.parametrize("write", [log_by_library, log_event])
def test_no_line_of_the_log_is_forged_by_what_came_from_outside(write: Callable[[], None]) -> None:
    lines = logged(write).splitlines()
    assert [line for line in lines if line.startswith("2026-01-01")] == []


@pytest.mark.parametrize("write", [log_by_library, log_event])
@pytest.mark.parametrize("harm", ["\x1b", "\x07", "secret"])
def test_tracebacks_and_values_of_any_kind_are_sanitised(
    write: Callable[[], None], harm: str
) -> None:
    assert harm not in logged(write)


def test_the_scheduler_is_silent_about_jobs_that_last_longer_than_their_interval() -> None:
    written = io.StringIO()
    with redirect_stderr(written):
        log_to_stderr(logging.INFO)
        logging.getLogger("apscheduler.scheduler").warning("skipped: maximum number of instances")
        logging.getLogger("apscheduler.executors.default").error("raised an exception")
    assert "skipped" not in written.getvalue()
    assert "raised" in written.getvalue()
