"""A large import compared with the database's bulk load of the same rows.

Ours is the real command in a process of its own: reading, validating, looking up, deciding, and
entering with consent events. The peer loads the rows that it left behind into an empty database
with the same tables, indexes and triggers: `sqlite3 .import`, and `COPY`. email-validator is timed
over a part of the same addresses and scaled up.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import stage
from databases import create_database, postgresql_server
from email_validator import validate_email
from measuring import print_table

from newsletter.logging import log_to_stderr

TABLES = ("topic_choices", "subscribers", "consent_events", "suppressions")
SAMPLE = 50_000
POLL_SECONDS = 0.05
FIRST = ("Ann", "Ben", "Cat", "Dov", "Eve", "Finn", "Gwen", "Hal", "Ida", "Zoë")
LAST = ("Carter", "Haywood", "O'Neill", "Marsh", "Pym", "Quill", "Rudd", "Stone", "Teal", "Wood")
TOPICS = ("", "housing", "housing,transport", "schools", "health,housing,schools")
# Of a hundred rows: how many are unsubscribed, and how many are invalid.
LEFT, BAD = 3, 1


@dataclass(frozen=True, kw_only=True)
class Ours:
    """The command's cost and peak memory."""

    seconds: float
    megabytes: float


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--notes", type=int, default=0, help="characters of each row to pass over")
    chosen = parser.parse_args()
    log_to_stderr(40)
    rows: list[list[object]] = []
    with (
        postgresql_server() as server,
        tempfile.TemporaryDirectory(prefix="newsletter-bench-", dir="/var/tmp") as temporary,
    ):
        folder = Path(temporary)
        members = folder / "members.csv"
        write_members(members, chosen.rows, chosen.notes)
        megabytes = members.stat().st_size / 1e6
        validator = _validator_seconds(chosen.rows)
        for name, url, bare, load in (
            ("SQLite", _file(folder / "ours.db"), _file(folder / "bare.db"), _load_sqlite),
            ("PostgreSQL", create_database(server), create_database(server), _load_postgresql),
        ):
            ours = _import(folder / name, url, members)
            _site(folder / f"{name}-bare", bare)
            bulk = load(folder, url, bare)
            allowed = 4 * bulk + validator
            row = [name, ours.seconds, bulk, validator, allowed, ours.seconds / allowed]
            rows.append([*row, chosen.rows / ours.seconds, ours.megabytes])
    print_table(
        f"Import of {chosen.rows:,} rows, {megabytes:,.0f} MB; allowed: 4 x bulk + email-validator "
        f"(timed over {min(SAMPLE, chosen.rows):,} and scaled)",
        ["database", "ours s", "bulk s", "validator s", "allowed s", "ratio", "rows/s", "MB"],
        rows,
    )


def write_members(path: Path, count: int, notes: int) -> None:
    """Write a realistic list: names, topics, statuses, some invalid."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["email", "name", "topics", "status", "joined", "notes"])
        writer.writerows((*_member(number), "n" * notes) for number in range(count))


def _member(number: int) -> tuple[str, str, str, str, str]:
    first, last = FIRST[number % 10], LAST[number // 10 % 10]
    address = f"{first}.{last}{number}@mail{number % 5000}.example.org"
    if number % 100 < BAD:
        address = address.replace("@", " at ")
    state = "unsubscribed" if number % 100 >= 100 - LEFT else "subscribed"
    return address, f"{first} {last}", TOPICS[number % len(TOPICS)], state, "2019-05-01"


def _validator_seconds(count: int) -> float:
    sample = [_member(number)[0] for number in range(min(SAMPLE, count)) if number % 100 >= BAD]
    seconds = _timed(lambda: [validate_email(a, check_deliverability=False) for a in sample])
    return seconds * count / len(sample)


def _import(folder: Path, url: str, members: Path) -> Ours:
    """Run the command; returns its peak memory (proc(5): VmHWM, in kilobytes)."""
    config = _site(folder, url)
    command = [sys.executable, "-m", "newsletter", "--config", str(config)]
    command += ["subscribers", "import", str(members), "--consent", "paper forms"]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    kilobytes = 0
    while process.poll() is None:
        kilobytes = max(kilobytes, _peak(process.pid))
        time.sleep(POLL_SECONDS)
    seconds = time.perf_counter() - start
    assert process.returncode == 0, "the import failed"
    return Ours(seconds=seconds, megabytes=kilobytes / 1024)


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next((int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line), 0)


def _site(folder: Path, url: str) -> Path:
    """A site with its tables and nobody in them."""
    return stage.site(folder, url, 25, subscribers=0, choices=0)


def _load_sqlite(folder: Path, ours: str, bare: str) -> float:
    source, target = (url.removeprefix("sqlite:///") for url in (ours, bare))
    for table in TABLES:
        with (folder / table).open("w") as file:
            command = ["sqlite3", "-csv", source, f"SELECT * FROM {table}"]
            subprocess.run(command, check=True, stdout=file)
    imports = [f".import {folder / table} {table}" for table in TABLES]
    return _timed(lambda: subprocess.run(["sqlite3", "-csv", target, *imports], check=True))


def _load_postgresql(folder: Path, ours: str, bare: str) -> float:
    with psycopg.connect(ours) as connection, connection.cursor() as cursor:
        for table in TABLES:
            with (
                (folder / table).open("wb") as file,
                cursor.copy(f"COPY {table} TO STDOUT") as copy,
            ):
                file.writelines(copy)

    def load() -> None:
        with psycopg.connect(bare) as connection, connection.cursor() as cursor:
            for table in TABLES:
                with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                    for block in _blocks(folder / table):
                        copy.write(block)

    return _timed(load)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(1 << 16):
            yield block


def _file(path: Path) -> str:
    return f"sqlite:///{path}"


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
