"""A durable PostgreSQL for benchmarks, and its CPU time."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from servers import postgresql
from sqlalchemy import URL, create_engine, make_url, text

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server.

    Args:
        address: with a place for the database's `name`.
        pid: of the postmaster.
    """

    address: str
    pid: int

    def cpu_seconds(self) -> float:
        """What it has used so far."""
        return cpu_seconds(self.pid)


def cpu_seconds(pid: int) -> float:
    """CPU seconds of a process and its children, ended ones included."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    children = [int(child) for child in listed.split()]
    ticks = sum(_ticks(pid)) + sum(sum(_ticks(child)[:2]) for child in children)
    return ticks / TICKS


def server_pid(url: URL) -> int:
    """The postmaster of a server of `servers.postgresql`, by a database on it; 0 on SQLite."""
    if url.get_backend_name() == "sqlite":
        return 0
    file = Path(str(url.query["host"])) / "data" / "postmaster.pid"
    return int(file.read_text().splitlines()[0])


@contextmanager
def postgresql_server() -> Iterator[Server]:
    """Start one, with Debian's settings: every commit waits for the disk."""
    with postgresql() as address:
        yield Server(address=address, pid=server_pid(make_url(address)))


def create_database(server: Server) -> str:
    """A new, empty database; its address."""
    name = f"bench_{secrets.token_hex(4)}"
    url = server.address.format(name="postgres").replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.address.format(name=name)


def _ticks(pid: int) -> tuple[int, int, int, int]:
    """User, system, ended children's user and system time (proc(5), /proc/PID/stat)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return (0, 0, 0, 0)
    user, system, children_user, children_system = map(int, fields[11:15])
    return (user, system, children_user, children_system)
