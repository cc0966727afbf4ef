"""Real servers for a test run: PostgreSQL, Redis, Postfix's smtp-sink, our recorder."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

SBIN = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
PATIENCE_SECONDS = 20


@contextmanager
def postgresql(settings: str = "") -> Iterator[str]:
    """A PostgreSQL reached by a socket in its own folder; its address with a place for `name`.

    Args:
        settings: more of the server's command line, such as "-c fsync=off".
    """
    folder = Path(tempfile.mkdtemp(prefix="newsletter-pg-"))
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        shutil.chown(folder, "postgres", "postgres")
    made = ["-U", "newsletter", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    _postgresql(folder, "initdb", *made)
    line = f"-c listen_addresses='' -c unix_socket_directories={folder} {settings}"
    _postgresql(folder, "pg_ctl", "-l", str(folder / "log"), "-w", "-o", line, "start")
    try:
        yield f"postgresql://newsletter@/{{name}}?host={folder}"
    finally:
        _postgresql(folder, "pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def restart_postgresql(address: str) -> None:
    """Crash the server of a URL, and restart it."""
    folder = Path(address.partition("host=")[2])
    log = ["-l", str(folder / "log")]
    _postgresql(folder, "pg_ctl", *log, "-w", "-m", "immediate", "restart")


def _postgresql(folder: Path, program: str, *arguments: str) -> None:
    programs = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    if not programs:
        raise FileNotFoundError("PostgreSQL is not installed; make test installs it")
    as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    command = [*as_owner, str(programs[-1]), "-D", str(folder / "data"), *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder)


@contextmanager
def smtp_sink(*options: str, folder: Path | None = None) -> Iterator[int]:
    """Postfix's smtp-sink, which discards every mail by default; yields its port."""
    port = free_port()
    as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []  # it refuses to run as root
    command = [sbin("smtp-sink"), *as_nobody, *options, f"127.0.0.1:{port}", "1000"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=folder)
    try:
        wait_for_port(port)
        yield port
    finally:
        process.terminate()
        process.wait(5)


@contextmanager
def recording_smtp(arrivals: Path, delay_ms: int = 0, port: int = 0) -> Iterator[int]:
    """An SMTP server process that writes a line per recipient; yields its port."""
    port = port or free_port()
    program = Path(__file__).parent / "recording_server.py"
    command = [sys.executable, str(program), str(port), str(arrivals), str(delay_ms)]
    process = subprocess.Popen(command)
    try:
        wait_for_port(port)
        yield port
    finally:
        process.kill()
        process.wait(5)


@contextmanager
def redis_server(port: int = 0) -> Iterator[int]:
    """A Redis without persistence; yields its port."""
    port = port or free_port()
    command = [sbin("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=tempfile.gettempdir())
    try:
        wait_for_port(port)
        yield port
    finally:
        process.terminate()
        process.wait(5)


def sbin(program: str) -> str:
    """The path of a program, the administrator's ones included.

    Raises:
        FileNotFoundError: it is not installed.
    """
    found = shutil.which(program, path=SBIN)
    if found is None:
        raise FileNotFoundError(f"{program} is not installed; make test installs it")
    return found


def free_port() -> int:
    """A free port of 127.0.0.1."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
    return port


def wait_for_port(port: int) -> None:
    """Wait until a port of 127.0.0.1 accepts connections."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return
