"""kill -9 at random moments while one edition is sent: mails lost, duplicated, uncertain.

The sender is the real command against a real SMTP server, which notes every mail it takes.
Nobody may be lost, and nobody mailed twice; a mail whose answer was cut off is uncertain, at most
one for each connection and kill.
"""

import argparse
import random  # noqa: TID251 - the same kills at every run
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import stage
from databases import create_database, postgresql_server
from measuring import print_table
from servers import recording_smtp

from newsletter.app import Newsletter
from newsletter.delivery.ledger import store
from newsletter.delivery.ledger.models import DeliveryState
from newsletter.logging import log_to_stderr

CONNECTIONS = 4
PATIENCE_SECONDS = 60


def main() -> None:
    """Run on both databases; exit 1 where mails were lost, duplicated, or too often uncertain."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--mails", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    log_to_stderr(40)
    rows = []
    with ExitStack() as stack:
        server = stack.enter_context(postgresql_server())
        for name in ("SQLite", "PostgreSQL"):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="torture-")))
            on_sqlite = name == "SQLite"
            url = f"sqlite:///{folder}/newsletter.db" if on_sqlite else create_database(server)
            rows.append([name, *torture(folder, url, chosen)])
    print_table(
        f"{chosen.mails:,} mails by {CONNECTIONS} connections, killed again and again",
        ["database", "kills", "arrived", "lost", "doubled", "uncertain", "allowed", "verdict"],
        rows,
    )
    sys.exit(any(row[-1] != "held" for row in rows))


def torture(folder: Path, url: str, chosen: argparse.Namespace) -> list[object]:
    """One database's row of the table."""
    moments = random.Random(chosen.seed)
    arrivals = folder / "arrived"
    with recording_smtp(arrivals, delay_ms=20) as port:
        config = stage.site(folder, url, port, subscribers=chosen.mails, connections=CONNECTIONS)
        app = Newsletter.from_file(config)
        number = stage.edition(app)
        app.engine.prepare(number)
        kills = 0
        while kills < chosen.kills:
            sender = start(config, number)
            begun = wait_for_arrivals(sender, arrivals, size_of(arrivals))
            time.sleep(moments.uniform(0, 0.15))
            if not begun or sender.poll() is not None:
                break
            sender.kill()
            sender.wait(PATIENCE_SECONDS)
            kills += 1
        start(config, number).wait(PATIENCE_SECONDS)
        with app.database.read() as session:
            counts = store.counts(session, number)
        app.close()
    arrived = Counter(arrivals.read_text().split())
    return verdict(kills, arrived, counts, chosen.mails)


def verdict(
    kills: int, arrived: Counter[str], counts: dict[DeliveryState, int], mails: int
) -> list[object]:
    """The counts, and whether they are allowed."""
    uncertain = counts.get(DeliveryState.UNCERTAIN, 0)
    lost = mails - counts.get(DeliveryState.SENT, 0) - uncertain
    doubled = sum(count > 1 for count in arrived.values())
    unsent = counts.get(DeliveryState.SENT, 0) - len(arrived)
    held = not lost and not doubled and unsent <= 0 and uncertain <= kills * CONNECTIONS
    allowed = kills * CONNECTIONS
    said = "held" if held else "BROKEN"
    return [kills, len(arrived), max(lost, unsent, 0), doubled, uncertain, allowed, said]


def start(config: Path, number: int) -> subprocess.Popen[bytes]:
    """The command that sends the edition."""
    command = [sys.executable, "-m", "newsletter", "--config", str(config)]
    return subprocess.Popen(
        [*command, "editions", "send", str(number)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for_arrivals(sender: subprocess.Popen[bytes], arrivals: Path, before: int) -> bool:
    """Wait for mails of this run; False where it ended without any."""
    end = time.monotonic() + PATIENCE_SECONDS
    while size_of(arrivals) == before:
        if sender.poll() is not None or time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def size_of(arrivals: Path) -> int:
    return arrivals.stat().st_size if arrivals.exists() else 0


if __name__ == "__main__":
    main()
