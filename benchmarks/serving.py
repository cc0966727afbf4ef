"""Starting servers for benchmarks, and waiting until they answer."""

import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

PATIENCE_SECONDS = 60


@contextmanager
def running(
    command: list[str], address: str, environment: Mapping[str, str] | None = None
) -> Iterator[int]:
    """A server process, once it answers; yields its process id."""
    process = subprocess.Popen(
        command, stderr=subprocess.DEVNULL, cwd=tempfile.gettempdir(), env=environment
    )
    try:
        _wait_for(address)
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    """A free port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _wait_for(address: str) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            if time.monotonic() > end:
                sys.exit(f"no answer at {address}")
            time.sleep(0.1)
