"""Faults around the sender while one edition is sent: mails lost, duplicated, uncertain.

The database crashes, the mail server dies, the disk fills, the clock jumps; in a cluster a machine
or Redis vanishes. Nobody may be lost, and nobody mailed twice. What is in doubt is uncertain: at
most one mail for each connection and fault, or what a vanished machine had claimed.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import faults
import stage
from databases import create_database, postgresql_server
from faults import Scene, Verdict
from measuring import print_table
from servers import recording_smtp, redis_server

from newsletter.app import Newsletter
from newsletter.logging import log_to_stderr

CONNECTIONS = 4
DISK_MEGABYTES = 24


def main() -> None:
    """Print the table; exit 1 where mails were lost or duplicated, or too many are uncertain."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10, help="of each fault")
    parser.add_argument("--mails", type=int, default=3000)
    parser.add_argument("--only", default="", help="faults whose name contains this")
    chosen = parser.parse_args()
    log_to_stderr(50)
    rows = []
    for name, fault in FAULTS.items():
        if chosen.only in name:
            with ExitStack() as stack:
                rows.append([name, *_row(fault(stack, chosen))])
                print(f"{name}: {rows[-1][-1]}", file=sys.stderr)
    print_table(
        f"{chosen.mails:,} mails by {CONNECTIONS} connections, with faults around them",
        ["fault", "times", "arrived", "lost", "doubled", "uncertain", "allowed", "verdict"],
        rows,
    )
    sys.exit(any(row[-1] == "BROKEN" for row in rows))


def _row(found: Verdict | None) -> list[object]:
    if found is None:
        return ["-"] * 6 + ["skipped: may not mount"]
    said = "held" if found.is_held else "BROKEN"
    numbers = [found.faults, found.arrived, found.lost, found.doubled, found.uncertain]
    return [*numbers, found.allowed, said]


def _scene(
    stack: ExitStack,
    chosen: argparse.Namespace,
    *,
    url: str = "",
    disk: Path | None = None,
    cluster: str = "",
    server: ExitStack | None = None,
) -> Scene:
    """A fanned-out edition; on SQLite unless another database is given."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="torture-")))
    arrivals = folder / "arrived"
    port = (server or stack).enter_context(recording_smtp(arrivals, delay_ms=10))
    url = url or f"sqlite:///{disk or folder}/newsletter.db"
    config = stage.site(folder, url, port, subscribers=chosen.mails, connections=CONNECTIONS)
    state = (disk or folder) / "state"
    extra = f'[sending]\nbatch = 250\nstate_folder = "{state}"\n'
    if cluster:
        extra = f'[sending]\nbatch = 250\n[cluster]\nbroker = "{cluster}"\n'
    config.write_text(config.read_text() + extra)
    app = Newsletter.from_file(config)
    number = stage.edition(app)
    app.engine.prepare(number)
    app.close()
    return Scene(
        config=config,
        number=number,
        mails=chosen.mails,
        connections=CONNECTIONS,
        arrivals=arrivals,
        port=port,
        step=chosen.mails // (chosen.times + 1),
    )


def _postgresql(stack: ExitStack) -> tuple[str, str]:
    """The address of a new database, and of its server."""
    server = stack.enter_context(postgresql_server())
    return create_database(server), server.address


def _database_crashes(stack: ExitStack, chosen: argparse.Namespace) -> Verdict:
    url, server = _postgresql(stack)
    return faults.database_restarts(_scene(stack, chosen, url=url), server, chosen.times)


def _mail_server_dies(stack: ExitStack, chosen: argparse.Namespace) -> Verdict:
    server = stack.enter_context(ExitStack())
    return faults.mail_server_dies(_scene(stack, chosen, server=server), server, chosen.times)


def _disk_fills(stack: ExitStack, chosen: argparse.Namespace, url: str = "") -> Verdict | None:
    disk = stack.enter_context(faults.small_disk(DISK_MEGABYTES))
    if disk is None:
        return None
    return faults.disk_fills(_scene(stack, chosen, url=url, disk=disk), disk, chosen.times)


def _journal_disk_fills(stack: ExitStack, chosen: argparse.Namespace) -> Verdict | None:
    return _disk_fills(stack, chosen, _postgresql(stack)[0])


def _clock_jumps(stack: ExitStack, chosen: argparse.Namespace) -> Verdict:
    return faults.clock_jumps(_scene(stack, chosen), chosen.times)


def _clock_jumps_on_postgresql(stack: ExitStack, chosen: argparse.Namespace) -> Verdict:
    return faults.clock_jumps(_scene(stack, chosen, url=_postgresql(stack)[0]), chosen.times)


def _host_vanishes(stack: ExitStack, chosen: argparse.Namespace) -> Verdict:
    redis = f"redis://127.0.0.1:{stack.enter_context(redis_server())}"
    return faults.host_vanishes(
        _scene(stack, chosen, url=_postgresql(stack)[0], cluster=redis), min(chosen.times, 4)
    )


def _broker_vanishes(stack: ExitStack, chosen: argparse.Namespace) -> Verdict:
    broker = stack.enter_context(ExitStack())
    port = broker.enter_context(redis_server())
    cluster = f"redis://127.0.0.1:{port}"
    scene = _scene(stack, chosen, url=_postgresql(stack)[0], cluster=cluster)
    return faults.broker_vanishes(scene, broker, port, min(chosen.times, 3))


FAULTS: dict[str, Callable[[ExitStack, argparse.Namespace], Verdict | None]] = {
    "PostgreSQL crashes": _database_crashes,
    "mail server dies": _mail_server_dies,
    "disk fills, SQLite": _disk_fills,
    "disk of the journals fills, PostgreSQL": _journal_disk_fills,
    "clock jumps, SQLite": _clock_jumps,
    "clock jumps, PostgreSQL": _clock_jumps_on_postgresql,
    "cluster: a machine vanishes": _host_vanishes,
    "cluster: Redis vanishes": _broker_vanishes,
}

if __name__ == "__main__":
    main()
