"""Runs the command as a background process."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE_SECONDS = 90


@contextmanager
def running(folder: Path, *arguments: str, ready: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command as a background process, once its address answers."""
    command = [sys.executable, "-m", "newsletter", *arguments]
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with (folder / "process.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=subprocess.STDOUT, env=environment
        )
    try:
        wait_until(lambda: answers(ready), lambda: (folder / "process.log").read_text())
        yield process
    finally:
        process.terminate()
        try:
            assert process.wait(15) in {0, -15}, (folder / "process.log").read_text()
        finally:
            process.kill()


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def wait_until(is_so: Callable[[], bool], explain: Callable[[], str] = str) -> None:
    """Poll until a condition holds, since real processes have no pinned clock."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end, f"not so within {PATIENCE_SECONDS} s: {explain()}"
        time.sleep(0.05)
