"""SMTP over a round trip of 20 ms: effect of pipelining and of more connections.

Through a proxy that delays both ways: first sessions of the transport alone, one thread each; then
whole editions by as many workers, with the ledger, without a limit and with one.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import stage
from measuring import Cost, compare, print_table, run_function
from servers import free_port, smtp_sink, wait_for_port

from newsletter.app import Newsletter
from newsletter.logging import log_to_stderr
from newsletter.transports.base import Accepted, Mail, Outcome, Transport
from newsletter.transports.registry import load_transport

ROUND_TRIP_MS = 20
CONNECTIONS = (1, 2, 4, 8, 16, 32)
# So that every worker has a part of a short edition.
SMALL_BATCHES = "[sending]\nbatch = 20\n"
LIMIT = 600
LIMITED = f"[limits.default]\nper_second = {LIMIT}\n"
LINE = b"The council met in Little Wexcombe on Tuesday evening to hear residents.\r\n"
CONTENT = b"From: <news@wexcombe.example>\r\nSubject: News\r\n\r\n" + LINE * 400


class Counting:
    """A recorder that only checks that every mail was accepted."""

    def handing_over(self, key: int) -> None:
        """Nothing is kept."""

    def settled(self, key: int, outcome: Outcome) -> None:
        assert isinstance(outcome, Accepted), outcome


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=40, help="of each connection")
    parser.add_argument("--connections", type=int, nargs="*", default=CONNECTIONS)
    chosen = parser.parse_args()
    log_to_stderr(40)
    rows = []
    with smtp_sink() as sink, smtp_sink("-p") as plain, far(sink) as near, far(plain) as stepwise:
        for connections in chosen.connections:
            ways = {
                "across": _transport(near, connections, "across"),
                "envelope": _transport(near, connections, "envelope"),
                "one": _transport(stepwise, connections, "envelope"),
            }
            sends = {
                name: partial(send, transport, connections, chosen.mails)
                for name, transport in ways.items()
            }
            costs = compare({name: partial(run_function, run) for name, run in sends.items()}, 3)
            mails = chosen.mails * connections
            across, fast, slow = (mails / costs[way].wall for way in ways)
            rows.append([connections, across, fast, slow, fast / slow])
        editions = [_edition_row(workers, near, 3 * chosen.mails) for workers in chosen.connections]
    print_table(
        f"SMTP at {ROUND_TRIP_MS} ms, mails of {len(CONTENT):,} bytes, medians of 3 runs",
        ["connections", "across mails/s", "by envelope/s", "one by one/s", "ratio"],
        rows,
    )
    print_table(
        f"Editions at {ROUND_TRIP_MS} ms, mails of {stage.BYTES:,} bytes, every delivery recorded",
        ["workers", "no limit/s", "CPU of one core", f"limit of {LIMIT}/s"],
        editions,
    )


def _edition_row(workers: int, port: int, mails_each: int) -> list[object]:
    mails = mails_each * workers
    free, held = (send_edition(workers, port, mails, limit) for limit in ("", LIMITED))
    return [workers, mails / free.wall, free.cpu / free.wall, mails / held.wall]


def send_edition(workers: int, port: int, mails: int, limit: str) -> Cost:
    """Send an edition of so many mails with so many workers."""
    with tempfile.TemporaryDirectory(prefix="newsletter-bench-") as folder:
        config = stage.site(
            Path(folder),
            f"sqlite:///{folder}/newsletter.db",
            port,
            subscribers=mails,
            connections=workers,
        )
        config.write_text(f"{config.read_text()}{SMALL_BATCHES}{limit}")
        app = Newsletter.from_file(config)
        number = stage.edition(app)
        app.engine.prepare(number)
        cost = run_function(lambda: app.engine.send(number))
        app.close()
    return cost


def send(transport: Transport, connections: int, mails: int) -> None:
    """Send so many mails by each of so many concurrent sessions."""
    threads = [
        threading.Thread(target=_converse, args=(transport, mails)) for _ in range(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)


def _converse(transport: Transport, mails: int) -> None:
    with transport.open() as session:
        session.send(map(_mail, range(mails)), Counting())


def _mail(key: int) -> Mail:
    return Mail(
        key=key,
        sender="news@wexcombe.example",
        recipient=f"reader{key}@wexcombe.example",
        content=CONTENT,
        plain=True,
    )


def _transport(port: int, connections: int, pipelining: str) -> Transport:
    table = {
        "kind": "smtp",
        "host": "127.0.0.1",
        "port": port,
        "security": "plain",
        "connections": connections,
        "pipelining": pipelining,
    }
    return load_transport("far", table, Path("newsletter.toml"), {})


@contextmanager
def far(port: int) -> Iterator[int]:
    """The port of a proxy with latency."""
    here = free_port()
    command = [sys.executable, str(Path(__file__).with_name("distant_proxy.py"))]
    proxy = subprocess.Popen([*command, str(here), str(port), str(ROUND_TRIP_MS)])
    try:
        wait_for_port(here)
        yield here
    finally:
        proxy.terminate()
        proxy.wait(10)


if __name__ == "__main__":
    main()
