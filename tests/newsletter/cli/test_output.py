"""What commands write: as it is for scripts, and harmless on a terminal."""

import os
import subprocess
import sys

import pytest

HARM = "a\x1b]52;c;cm0gLXJm\x07b\x9b31m\u202e\r\n"
WRITTEN = {
    "bytes": f"print_bytes({HARM.encode()!r})",
    "data": f"standard_output().write({HARM!r})",
}


def running(call: str) -> list[str]:
    return [sys.executable, "-c", f"from newsletter.cli.output import *; {call}"]


def on_terminal(call: str) -> str:
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        subprocess.run(running(call), stdout=theirs, check=True, timeout=60)
        os.close(theirs)
        return terminal.read(4096).decode()


@pytest.mark.parametrize("call", WRITTEN.values(), ids=WRITTEN)
def test_data_on_a_terminal_moves_nothing(call: str) -> None:
    assert on_terminal(call) == "a�]52;c;cm0gLXJm�b�31m�\r\n"


@pytest.mark.parametrize("call", WRITTEN.values(), ids=WRITTEN)
def test_data_into_a_pipe_stays_as_it_is(call: str) -> None:
    ran = subprocess.run(running(call), capture_output=True, check=True, timeout=60)
    assert ran.stdout.decode() == HARM
