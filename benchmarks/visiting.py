"""Throughput of sign-up and one-click unsubscribe over HTTP, on a list of a million.

The real site (`newsletter serve --no-schedule`), driven by wrk on the same two processors. Every
address and every token is another one, and what became of each is looked up in the database. The
peer is Starlette on the same uvicorn with one durable INSERT for each POST into the same database,
in turn with ours. Target: 300 a second and more.
"""

import argparse
import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import urlencode

from databases import Server, cpu_seconds, create_database, postgresql_server
from measuring import print_table
from people import fill
from serving import free_port, running
from sqlalchemy import text

from newsletter.app import Newsletter
from newsletter.logging import log_to_stderr
from newsletter.migrations.running import upgrade
from newsletter.tokens.links import UNDATED, LinkSigners
from newsletter.web.account.form_tokens import PURPOSE, FormTokens

HERE = Path(__file__).parent
THREADS, CONNECTIONS = 1, 16
# More than are used in the time.
MAX_PER_SECOND = 5_000
CONFIG = """
[site]
name = "Wexcombe Forward"
base_url = "http://127.0.0.1:{port}"
secret_key = "only for the benchmark, this key"
[database]
url = "{database}"
[senders.default]
address = "news@wexcombe.example"
[transports.default]
kind = "maildir"
path = "mails"
[joining]
per_hour = 100000000
[web]
port = {port}
workers = {workers}
"""
JOINED = "SELECT count(*) FROM subscribers WHERE status = 'pending' AND address LIKE 'new%'"
LEFT = "SELECT count(*) FROM consent_events WHERE source = 'link in edition 1'"
INSERTED = "SELECT count(*) FROM bare_visits"


@dataclass(frozen=True, kw_only=True)
class Load:
    """wrk's results of one run."""

    rate: float
    median_ms: float
    slowest_ms: float
    """The 99th percentile."""
    cpu_ms: float
    """CPU time per request, including the database server."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1, help="processes of the site")
    parser.add_argument("--only", choices=["SQLite", "PostgreSQL"], help="one database")
    chosen = parser.parse_args()
    log_to_stderr(40)
    rows: list[list[object]] = []
    with (
        postgresql_server() as server,
        tempfile.TemporaryDirectory(prefix="newsletter-bench-", dir="/var/tmp") as folder,
    ):
        for name, url, on in (
            ("SQLite", f"sqlite:///{folder}/newsletter.db", None),
            ("PostgreSQL", create_database(server), server),
        ):
            if chosen.only not in {None, name}:
                continue
            visits = Visits(Path(folder), url, on, chosen)
            for what, median in visits.measured().items():
                cells = [median.rate, median.median_ms, median.slowest_ms, median.cpu_ms]
                rows.append([f"{name}: {what}", *cells])
    print_table(
        f"{chosen.people:,} people, {CONNECTIONS} connections, {chosen.workers} process(es)",
        ["POST", "a second", "median ms", "p99 ms", "CPU ms"],
        rows,
    )


@dataclass(frozen=True, kw_only=True)
class Site:
    """A running server: where, and its process."""

    port: int
    pid: int


class Visits:
    """A site with many subscribers, and its load generator."""

    def __init__(
        self, folder: Path, url: str, server: Server | None, chosen: argparse.Namespace
    ) -> None:
        self._folder, self._url, self._server, self._chosen = folder, url, server, chosen
        self._port, self._bare_port = free_port(), free_port()
        self._config = folder / "newsletter.toml"
        self._config.write_text(
            CONFIG.format(database=url, port=self._port, workers=chosen.workers)
        )
        self._app = Newsletter.from_file(self._config)
        self._database = self._app.database
        upgrade(self._database)
        fill(self._database, chosen.people)
        with self._database.write() as session:
            session.execute(text("CREATE TABLE bare_visits (body text NOT NULL)"))
            session.execute(text("ANALYZE"))
        self._leaving = iter(self._tokens())

    def measured(self) -> dict[str, Load]:
        """The median of each, with interleaved runs."""
        runs: dict[str, list[Load]] = {}
        with self._servers() as (ours, bare):
            for _ in range(self._chosen.runs):
                for what, drove in (
                    ("one INSERT on a bare Starlette", self._bare(bare)),
                    ("signing up", self._sign_up(ours)),
                    ("one-click leaving", self._leave(ours)),
                ):
                    runs.setdefault(what, []).append(drove)
        self._app.close()
        return {what: _median(of) for what, of in runs.items()}

    @contextmanager
    def _servers(self) -> Iterator[tuple[Site, Site]]:
        program = str(Path(sys.executable).with_name("newsletter"))
        ours = [program, "--config", str(self._config), "serve", "--no-schedule"]
        bare = [sys.executable, "-m", "uvicorn", "bare_insert:app", "--app-dir", str(HERE)]
        bare += ["--port", str(self._bare_port), "--workers", str(self._chosen.workers)]
        bare += ["--log-level", "warning", "--no-access-log"]
        environment = {**os.environ, "BARE_DATABASE": self._url}
        with (
            running(ours, f"http://127.0.0.1:{self._port}/healthz") as pid,
            running(bare, f"http://127.0.0.1:{self._bare_port}/", environment) as bare_pid,
        ):
            yield Site(port=self._port, pid=pid), Site(port=self._bare_port, pid=bare_pid)

    def _bare(self, site: Site) -> Load:
        lines = [f"/ {secrets.token_hex(40)}"] * self._most
        return self._drive(site, lines, INSERTED)

    def _sign_up(self, site: Site) -> Load:
        marks = FormTokens(self._app.signer(PURPOSE), self._app.config.joining.wording)
        run, mark = secrets.token_hex(3), marks.make(self._app.clock.now())
        lines = (
            "/subscribe "
            + urlencode(
                {
                    "address": f"new{run}.{number}@mail.example",
                    "name": "Rosa Vexford",
                    "topic": "housing",
                    "frequency": "regular",
                    "form": mark,
                }
            )
            for number in range(self._most)
        )
        return self._drive(site, lines, JOINED)

    def _leave(self, site: Site) -> Load:
        body = "List-Unsubscribe=One-Click"
        lines = (f"/unsubscribe/{token} {body}" for token in islice(self._leaving, self._most))
        return self._drive(site, lines, LEFT)

    def _tokens(self) -> Iterator[str]:
        """Unsubscribe tokens of all subscribers, shuffled."""
        links = LinkSigners(self._app.secret)
        with self._database.read() as session:
            confirmed = "SELECT id FROM subscribers WHERE status = 'confirmed' ORDER BY address"
            numbers = session.scalars(text(confirmed)).all()
        for number in numbers:
            yield links.unsubscribe_token(number, 1, "", UNDATED)

    @property
    def _most(self) -> int:
        return int(self._chosen.seconds) * MAX_PER_SECOND

    def _drive(self, site: Site, lines: Iterable[str], counting: str) -> Load:
        """Let wrk post the lines; the database must have as many as were answered."""
        file = self._folder / "lines"
        file.write_text("".join(f"{line}\n" for line in lines))
        before = self._count(counting)
        command = [
            "wrk",
            f"-t{THREADS}",
            f"-c{CONNECTIONS}",
            f"-d{self._chosen.seconds}s",
            "--timeout",
            "30s",
        ]
        command += ["-s", str(HERE / "visits.lua"), f"http://127.0.0.1:{site.port}", "--"]
        spent = self._cpu_seconds(site)
        out = subprocess.run(
            [*command, str(file), str(THREADS)], capture_output=True, text=True, check=True
        ).stdout
        spent = self._cpu_seconds(site) - spent
        told = re.search(r"^RESULT (\d+) (\d+) (\d+) ([\d.]+) ([\d.]+)$", out, re.MULTILINE)
        if told is None:
            sys.exit(f"wrk said nothing:\n{out}")
        answered, microseconds, failed = (int(told[part]) for part in (1, 2, 3))
        done = self._count(counting) - before
        # wrk does not count requests under way at the end.
        if failed or not answered <= done <= answered + CONNECTIONS:
            sys.exit(f"{answered} answered, {failed} failed, {done} in the database:\n{out}")
        return Load(
            rate=answered / microseconds * 1_000_000,
            median_ms=float(told[4]),
            slowest_ms=float(told[5]),
            cpu_ms=spent / done * 1000,
        )

    def _cpu_seconds(self, site: Site) -> float:
        of_database = self._server.cpu_seconds() if self._server else 0.0
        return cpu_seconds(site.pid) + of_database

    def _count(self, query: str) -> int:
        with self._database.read() as session:
            return int(session.scalar(text(query)) or 0)


def _median(runs: Sequence[Load]) -> Load:
    return Load(
        rate=statistics.median(run.rate for run in runs),
        median_ms=statistics.median(run.median_ms for run in runs),
        slowest_ms=statistics.median(run.slowest_ms for run in runs),
        cpu_ms=statistics.median(run.cpu_ms for run in runs),
    )


if __name__ == "__main__":
    main()
