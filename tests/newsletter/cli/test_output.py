"""What commands write: as it is for scripts, and harmless on a terminal."""

import os
import subprocess
import sys

HARM = "a\x1b]52;c;cm0gLXJm\x07b\x9b31m\u202e\r\n"
# Both ways of writing data.
WRITING = f"print_bytes({HARM.encode()!r}); standard_output().write({HARM!r})"
COMMAND = [sys.executable, "-c", f"from newsletter.cli.output import *; {WRITING}"]


def test_data_on_a_terminal_moves_nothing() -> None:
    ours, theirs = os.openpty()
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        subprocess.run(COMMAND, stdout=theirs, check=True, timeout=60)
        os.close(theirs)
        assert terminal.read(4096).decode() == "a�]52;c;cm0gLXJm�b�31m�\r\n" * 2


def test_data_into_a_pipe_stays_as_it_is() -> None:
    ran = subprocess.run(COMMAND, capture_output=True, check=True, timeout=60)
    assert ran.stdout.decode() == HARM * 2
