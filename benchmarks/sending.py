"""Throughput of sending by SMTP with a ledger, compared with Postfix's smtp-source.

All talk to the same smtp-sink, in turn. A run's CPU is the sender's and, on PostgreSQL, the
server's; preparing (fan-out, compiling) is measured by `fanning_out`.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import stage
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from databases import Server, create_database, postgresql_server
from measuring import print_table, run_function, run_process
from servers import sbin, smtp_sink

from newsletter.app import Newsletter
from newsletter.logging import log_to_stderr
from newsletter.rendering.encoding.dkim import DkimKey

HERE = Path(__file__).parent
PEER = "smtp-source -s 10"


@dataclass(frozen=True, kw_only=True)
class Run:
    """The result of a run: mails a second, CPU seconds per thousand, peak megabytes."""

    rate: float
    cpu: float
    megabytes: float


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--only", nargs="*", metavar="SENDER", help="beside smtp-source, by name")
    chosen = parser.parse_args()
    log_to_stderr(40)
    with ExitStack() as stack:
        port = stack.enter_context(smtp_sink())
        server = stack.enter_context(postgresql_server())
        contenders = {
            name: run
            for name, run in _contenders(port, server, chosen.mails, chosen.connections).items()
            if not chosen.only or name in {PEER, *chosen.only}
        }
        runs: dict[str, list[Run]] = {name: [] for name in contenders}
        for _ in range(chosen.runs):
            for name, run in contenders.items():
                runs[name].append(run())
    _print(runs, chosen)


def _contenders(
    port: int, server: Server, mails: int, connections: int
) -> dict[str, Callable[[], Run]]:
    source = [sbin("smtp-source"), "-s", "10", "-m", str(mails), "-l", str(stage.BYTES)]
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    bare = [sys.executable, str(HERE / "bare_loop.py"), str(port), str(mails), str(connections)]

    def ours(
        choices: int = 1,
        on: Server | None = None,
        dkim_key: bytes = b"",
        pipelining: str = "envelope",
    ) -> Run:
        return _send(port, mails, connections, choices, on, dkim_key, pipelining)

    return {
        PEER: lambda: _process([*source, f"127.0.0.1:{port}"], mails),
        "bare loop": lambda: _process(bare, mails),
        "newsletter, SQLite": ours,
        "newsletter, SQLite, pipelining across": lambda: ours(pipelining="across"),
        "newsletter, SQLite, 50 choices of topics": lambda: ours(50),
        "newsletter, PostgreSQL": lambda: ours(on=server),
        "newsletter, SQLite, DKIM": lambda: ours(dkim_key=key),
        "RSA-2048 alone": lambda: _rsa(key, mails),
    }


def _process(command: list[str], mails: int) -> Run:
    cost = run_process(command)
    return Run(rate=mails / cost.wall, cpu=cost.cpu / mails * 1000, megabytes=float("nan"))


def _rsa(pem: bytes, mails: int) -> Run:
    """Time of the DKIM signatures alone."""
    key = DkimKey("wexcombe.example", "bench", pem.decode())
    cost = run_function(lambda: [key.sign(b"%d" % number) for number in range(mails)])
    return Run(rate=mails / cost.wall, cpu=cost.cpu / mails * 1000, megabytes=float("nan"))


def _send(
    port: int,
    mails: int,
    connections: int,
    choices: int,
    server: Server | None,
    dkim_key: bytes,
    pipelining: str,
) -> Run:
    with tempfile.TemporaryDirectory(prefix="newsletter-bench-") as folder:
        url = create_database(server) if server else f"sqlite:///{folder}/newsletter.db"
        config = stage.site(
            Path(folder),
            url,
            port,
            subscribers=mails,
            choices=choices,
            connections=connections,
            pipelining=pipelining,
            dkim_key=dkim_key,
        )
        app = Newsletter.from_file(config)
        number = stage.edition(app)
        app.engine.prepare(number)
        app.close()
        before = server.cpu_seconds() if server else 0.0
        command = [sys.executable, str(HERE / "send_edition.py"), str(config), str(number)]
        told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        cpu = told["cpu"] + (server.cpu_seconds() - before if server else 0.0)
    return Run(rate=mails / told["wall"], cpu=cpu / mails * 1000, megabytes=told["megabytes"])


def _print(runs: dict[str, list[Run]], chosen: argparse.Namespace) -> None:
    median = {
        name: Run(
            rate=statistics.median(run.rate for run in of),
            cpu=statistics.median(run.cpu for run in of),
            megabytes=statistics.median(run.megabytes for run in of),
        )
        for name, of in runs.items()
    }
    peer = median[PEER]
    print_table(
        f"Sending {chosen.mails:,} mails of {stage.BYTES:,} bytes by {chosen.connections} "
        f"connections, medians of {chosen.runs} runs, {os.cpu_count()} cores",
        ["sender", "mails/s", "x smtp-source", "CPU s/1000", "x smtp-source", "MB"],
        [
            [name, run.rate, run.rate / peer.rate, run.cpu, run.cpu / peer.cpu, run.megabytes]
            for name, run in median.items()
        ],
    )


if __name__ == "__main__":
    main()
