"""Runs commands as processes, forked from one with the product imported (`command_server.py`)."""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO

PATIENCE_SECONDS = 90
RUN_SECONDS = 240
SERVER = Path(__file__).with_name("command_server.py")


class Process:
    """`newsletter`, or a program of Python; used as a `subprocess.Popen` is."""

    def __init__(
        self,
        folder: Path,
        *command: str | Path,
        output: int | IO[bytes] | None = None,
        errors: int | IO[bytes] | None = None,
        has_own_session: bool = False,
    ) -> None:
        """
        Args:
            command: the arguments of `newsletter`; or the path of a program, and its arguments.
            output: a file or descriptor; discarded without one.
            errors: where standard error goes, if not to `output`.
        """
        is_program = isinstance(command[0], Path)
        self.args = [*(() if is_program else ("newsletter",)), *map(str, command)]
        request = {
            "folder": str(folder.absolute()),
            "environment": dict(os.environ),
            "arguments": self.args,
            "has_own_session": has_own_session,
        }
        ending, told = os.pipe()
        with Path(os.devnull).open("r+b") as nothing:
            files = [_number(file) for file in (nothing, output or nothing)]
            files += [_number(errors) if errors else files[-1], told]
            socket.send_fds(_server(), [json.dumps(request).encode()], files)
        os.close(told)
        self._ending = os.fdopen(ending, "rb", buffering=0)
        self.returncode: int | None = None
        self.pid = self._read(PATIENCE_SECONDS)

    def poll(self) -> int | None:
        """The exit status, or None while it runs; that of a signal is negative."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float) -> int:
        """The exit status.

        Raises:
            subprocess.TimeoutExpired: it runs for longer.
        """
        if self.returncode is None:
            self.returncode = self._read(timeout)
            self._ending.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _read(self, timeout: float) -> int:
        if not select.select([self._ending], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(self.args, timeout)
        return int(self._ending.readline())


def _number(file: int | IO[bytes]) -> int:
    return file if isinstance(file, int) else file.fileno()


@cache
def _server() -> socket.socket:
    """A connection to the server of this process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-u", str(SERVER), str(theirs.fileno())]
    server = subprocess.Popen(command, pass_fds=[theirs.fileno()], start_new_session=True)
    theirs.close()

    @atexit.register
    def end() -> None:
        ours.close()
        server.wait(PATIENCE_SECONDS)

    return ours


def run(folder: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `newsletter` or a program in a folder, and wait for it."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = Process(folder, *command, output=output, errors=errors)
        try:
            status = process.wait(RUN_SECONDS)
        finally:
            process.kill()
        for file in (output, errors):
            file.seek(0)
        texts = (output.read().decode(), errors.read().decode())
    return subprocess.CompletedProcess(process.args, status, *texts)


@contextmanager
def running(folder: Path, *arguments: str, ready: str) -> Iterator[Process]:
    """The command as a background process, once its address answers."""
    with (folder / "process.log").open("wb") as log:
        process = Process(folder, *arguments, output=log)
    try:
        wait_until(lambda: answers(ready), lambda: (folder / "process.log").read_text())
        yield process
    finally:
        process.terminate()
        try:
            assert process.wait(15) in {0, -15}, (folder / "process.log").read_text()
        finally:
            process.kill()


def answers(address: str, status: int = 200) -> bool:
    """Whether a server answers, with this status."""
    try:
        with urllib.request.urlopen(address, timeout=2) as response:
            return bool(response.status == status)
    except urllib.error.HTTPError as error:
        return error.code == status
    except OSError:
        return False


def wait_until(is_so: Callable[[], bool], explain: Callable[[], str] = str) -> None:
    """Poll until a condition holds, since real processes have no pinned clock."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < end, f"not so within {PATIENCE_SECONDS} s: {explain()}"
        time.sleep(0.05)
