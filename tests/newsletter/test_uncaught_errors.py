"""What nobody caught, as it reaches a terminal."""

import subprocess
import sys

import pytest

FAILING = """
import threading
from newsletter.uncaught_errors import print_errors_sanitised

def fail():
    raise ValueError("\\x1b]0;title\\x07\\u202e https://ann:secret@feeds.example/")

print_errors_sanitised()
{call}
"""


@pytest.mark.parametrize(
    "call", ["fail()", "thread = threading.Thread(target=fail); thread.start(); thread.join(9)"]
)
def test_an_uncaught_error_is_printed_sanitised(call: str) -> None:
    running = [sys.executable, "-c", FAILING.format(call=call)]
    ran = subprocess.run(running, capture_output=True, text=True, check=False, timeout=60)
    assert ran.stderr.endswith("ValueError: �]0;title�� https://…@feeds.example/\n")
