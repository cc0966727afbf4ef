"""Fan-out of a large edition compared with a bare INSERT … SELECT, and claiming.

And how long it takes to count by what the ledger knows: a segment such as “received >= 1”.

The bare statement writes the same rows to the same table, without asking who may be mailed.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import stage
from databases import create_database, postgresql_server
from measuring import print_table
from sqlalchemy import text

from newsletter.app import Newsletter
from newsletter.delivery.ledger import store as ledger_store
from newsletter.delivery.ledger.statistics import measures
from newsletter.editions import store
from newsletter.logging import log_to_stderr
from subscribers.segments.compiling import QueryContext
from subscribers.segments.store import count

BARE = """
INSERT INTO deliveries
(edition_id, subscriber_id, variant_id, state, reason, verdict, resent, attempts, worker)
SELECT :edition, id, :variant, 'queued', '', '', false, 0, '' FROM subscribers
"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=1_000_000)
    parser.add_argument("--claims", type=int, default=20, help="at the start and at the end")
    chosen = parser.parse_args()
    log_to_stderr(40)
    rows = []
    with (
        postgresql_server() as server,
        tempfile.TemporaryDirectory(prefix="newsletter-bench-", dir="/var/tmp") as folder,
    ):
        for name, url in (
            ("SQLite", f"sqlite:///{folder}/newsletter.db"),
            ("PostgreSQL", create_database(server)),
        ):
            rows.append([name, *_measure(Path(folder), url, chosen.subscribers, chosen.claims)])
    print_table(
        f"Fan-out to {chosen.subscribers:,}; {chosen.claims} claims at the start and at the end",
        [
            "database",
            "fan-out s",
            "bare s",
            "ratio",
            "first claims s",
            "last claims s",
            "received s",
            "MB",
        ],
        rows,
    )


def _measure(folder: Path, url: str, subscribers: int, claims: int) -> list[object]:
    config = stage.site(folder, url, 25, subscribers=subscribers)
    app = Newsletter.from_file(config)
    number = stage.edition(app)
    with app.database.write() as session:
        session.execute(text("ANALYZE"))
    fan_out = _timed(lambda: app.engine.prepare(number))
    first = _timed(lambda: _claim(app, number, claims))
    with app.database.write() as session:
        # All but the last are sent: those left are at the end of a long ledger.
        session.execute(
            text("UPDATE deliveries SET state = 'sent' WHERE edition_id = :e AND id <= :last"),
            {"e": number, "last": subscribers - claims * app.config.sending.batch},
        )
    last = _timed(lambda: _claim(app, number, claims))
    received = _timed(lambda: _count_received(app))
    bare = _bare(app, number)
    app.close()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [fan_out, bare, fan_out / bare, first, last, received, megabytes]


def _claim(app: Newsletter, number: int, times: int) -> None:
    for _ in range(times):
        with app.database.write() as session:
            edition = store.by_id(session, number)
            claimed = ledger_store.claim(
                session,
                edition,
                "bench",
                limit=app.config.sending.batch,
                lease=timedelta(minutes=5),
                now=app.clock.now(),
            )
            assert claimed


def _count_received(app: Newsletter) -> None:
    zone = ZoneInfo(app.config.site.timezone)
    with app.database.read() as session:
        asking = QueryContext(now=app.clock.now(), zone=zone, measures=measures(session))
        assert count(session, "received >= 1", asking)


def _bare(app: Newsletter, number: int) -> float:
    """Seconds of the bare statement, into the same table when empty."""
    with app.database.connect_to_migrate() as connection:
        variant = connection.scalar(text("SELECT min(id) FROM edition_variants"))
        sqlite = app.database.is_sqlite
        connection.execute(
            text("DELETE FROM deliveries" if sqlite else "TRUNCATE deliveries CASCADE")
        )

    def insert() -> None:
        with app.database.write() as session:
            session.execute(text(BARE), {"edition": number, "variant": variant})

    return _timed(insert)


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
