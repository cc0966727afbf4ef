"""An edition to a million compared with one to ten thousand: cost per mail, and memory.

Fan-out and sending in one process, as `newsletter editions send` does both; mails are small, since
their size costs the same either way. CPU is the sender's and, on PostgreSQL, the server's.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import stage
from databases import Server, create_database, postgresql_server
from measuring import print_table
from servers import smtp_sink

from newsletter.app import Newsletter
from newsletter.logging import log_to_stderr

HERE = Path(__file__).parent
BYTES = 3_000
CONNECTIONS = 4


@dataclass(frozen=True, kw_only=True)
class Run:
    """Mails a second, CPU seconds per thousand, and peak megabytes."""

    rate: float
    cpu: float
    megabytes: float


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1_000_000)
    parser.add_argument("--few", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5, help="of the few; of the many there is one")
    chosen = parser.parse_args()
    log_to_stderr(40)
    rows: list[list[object]] = []
    with ExitStack() as stack:
        port = stack.enter_context(smtp_sink())
        server = stack.enter_context(postgresql_server())
        for name, on in (("SQLite", None), ("PostgreSQL", server)):
            few = _median([_send(port, chosen.few, on) for _ in range(chosen.runs)])
            many = _send(port, chosen.mails, on)
            rows.append([f"{name}, {chosen.few:,}", few.rate, few.cpu, 1.0, few.megabytes])
            ratio = many.cpu / few.cpu
            rows.append([f"{name}, {chosen.mails:,}", many.rate, many.cpu, ratio, many.megabytes])
    print_table(
        f"Fan-out and sending, mails of {BYTES:,} bytes by {CONNECTIONS} connections",
        ["edition", "mails/s", "CPU s/1000", "x few", "MB"],
        rows,
    )


def _send(port: int, mails: int, server: Server | None) -> Run:
    with tempfile.TemporaryDirectory(prefix="newsletter-bench-", dir="/var/tmp") as folder:
        url = create_database(server) if server else f"sqlite:///{folder}/newsletter.db"
        config = stage.site(
            Path(folder), url, port, subscribers=mails, connections=CONNECTIONS, size=BYTES
        )
        app = Newsletter.from_file(config)
        number = stage.edition(app)
        app.close()
        before = server.cpu_seconds() if server else 0.0
        command = [sys.executable, str(HERE / "send_edition.py"), str(config), str(number)]
        told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        cpu = told["cpu"] + (server.cpu_seconds() - before if server else 0.0)
    return Run(rate=mails / told["wall"], cpu=cpu / mails * 1000, megabytes=told["megabytes"])


def _median(runs: list[Run]) -> Run:
    return Run(
        rate=statistics.median(run.rate for run in runs),
        cpu=statistics.median(run.cpu for run in runs),
        megabytes=statistics.median(run.megabytes for run in runs),
    )


if __name__ == "__main__":
    main()
