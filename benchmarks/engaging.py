"""A million people and a ledger of editions to all of them: counting by what they were sent.

As `people` measures: each count in turn with a point query, and here beside the same count worked
out of the ledger's rows. Target: below 50 times the point query, also while an edition is sent.
"""

import argparse
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from databases import create_database, postgresql_server
from measuring import print_table
from people import COMBINED, NOW, ZONE, ask, fill, seconds, some_change
from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from newsletter.database import Database, UTCDateTime
from newsletter.delivery.ledger.statistics import MEASURES
from newsletter.delivery.tallying.taking import take_in
from newsletter.migrations.running import upgrade
from subscribers.finding import counting
from subscribers.finding.refreshing import refresh
from subscribers.segments import store as segments
from subscribers.segments.compiling import Asking

ASKING = Asking(now=NOW, zone=ZONE, measures=MEASURES)
EDITION = """
INSERT INTO editions (id, kind, state, title, subject, body_html, topics, template, transport,
  uncertain, masthead, content_hash, web_html, note, created_at, send_at, fanned_out_at)
VALUES (:n, 'bulletin', :state, 'Bulletin', 'Flood warning', '', '', 'bulletin', 'default', 'ask',
  '{}', '', '', '', :at, :at, :at)
"""
VARIANT = """
INSERT INTO edition_variants (id, edition_id, articles, content, nonce) VALUES (:n, :n, '', :c, '')
"""
# One in ten is left out, one in fifty fails; who comes after those who were sent it waits.
DELIVERIES = """
INSERT INTO deliveries (edition_id, subscriber_id, variant_id, state, reason, attempts, worker,
  resent, settled_at)
SELECT :n, id, :n, CASE WHEN id > :sent THEN 'queued' WHEN (id + :n) % 50 = 0 THEN 'failed'
  ELSE 'sent' END, '250 2.0.0 Ok: queued as 4ZQx7b1mK2z', 1, 'wexcombe:4711', :no,
  CASE WHEN id > :sent THEN NULL ELSE :at END
FROM subscribers WHERE (id * 7 + :n) % 10 > 0 ORDER BY id
"""
SETTLED = """
UPDATE deliveries SET state = 'sent', settled_at = :at
WHERE edition_id = :n AND subscriber_id > :sent AND subscriber_id <= :further
"""
SEGMENTS = (
    ("received", "received >= 3"),
    ("received none", "received = 0"),
    ("mailed", "mailed < 7 days ago"),
    ("never mailed", "mailed is empty"),
    ("bounced", "bounced >= 1"),
    ("several", "received > 2 and bounced = 0 and mailed >= 30 days ago"),
    ("all combined", f"{COMBINED} and received > 2 and bounced = 0 and mailed >= 30 days ago"),
)
FURTHER = 5_000


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--editions", type=int, default=4)
    chosen = parser.parse_args()
    with (
        postgresql_server() as server,
        tempfile.TemporaryDirectory(prefix="newsletter-bench-", dir="/var/tmp") as folder,
    ):
        for name, url in (
            ("SQLite", f"sqlite:///{folder}/engaging.db"),
            ("PostgreSQL", create_database(server)),
        ):
            _measure(name, Database(url), chosen.people, chosen.editions)


def _measure(name: str, database: Database, people: int, editions: int) -> None:
    upgrade(database)
    fill(database, people)
    for number in range(1, editions + 1):
        _send(database, number, people, NOW - timedelta(days=14 * (editions - number)))
    refresh(database, ZONE, NOW)
    _vacuum(database)
    some_change(database, people)
    before = _begin_peak()
    taking = seconds(lambda: take_in(database, ZONE))
    print_table(
        f"{name}: a ledger of {editions} editions to nine tenths of {people:,} people",
        ["what", "seconds", "MB more"],
        [[f"all {editions} taken into the tally", taking, _peak() - before]],
    )
    _print_counts(f"{name}: all sent", database, people)
    _send(database, editions + 1, people, NOW, sent=people // 2)
    taking = seconds(lambda: take_in(database, ZONE))
    with database.write() as session:
        last = people // 2 + FURTHER
        _execute(session, SETTLED, n=editions + 1, sent=people // 2, further=last, at=NOW)
    _print_counts(
        f"{name}: one more half sent, taken in within {taking:.2g} s; {FURTHER:,} sent since",
        database,
        people,
    )
    database.close()


def _vacuum(database: Database) -> None:
    """What PostgreSQL does by itself within minutes; statistics for both."""
    autocommit = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    with autocommit as connection:
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM (ANALYZE)"))


def _send(
    database: Database, number: int, people: int, at: datetime, sent: int | None = None
) -> None:
    """Enter an edition, as if it had been sent to all, or to the first so many."""
    with database.write() as session:
        state = "sent" if sent is None else "sending"
        _execute(session, EDITION, n=number, state=state, at=at)
        _execute(session, VARIANT, n=number, c=b"")
        _execute(session, DELIVERIES, n=number, sent=sent or people, at=at, no=False)


def _execute(session: Session, statement: str, **values: object) -> None:
    at = bindparam("at", type_=UTCDateTime)
    session.execute(
        text(statement).bindparams(at) if ":at" in statement else text(statement), values
    )


def _in_ledger(database: Database, expression: str) -> tuple[float, int]:
    """Milliseconds for a count of the ledger's rows, and what it is."""
    with database.read() as session:
        if not database.is_sqlite:
            # With less, PostgreSQL looks through all who were mailed again for each person.
            session.execute(text("SET LOCAL work_mem = '256MB'"))
        start = time.perf_counter()
        found = segments.count(session, segments.members(expression, ASKING))
        return (time.perf_counter() - start) * 1000, found


def _print_counts(title: str, database: Database, people: int) -> None:
    rows: list[list[object]] = []
    for what, expression in SEGMENTS:
        found = ask(database, people, lambda s, e=expression: counting.count(s, e, ASKING))
        taken, right = _in_ledger(database, expression)
        assert found.answer == right, expression
        ratio = found.milliseconds / found.point
        rows.append([what, found.milliseconds, ratio, taken, found.answer])
    print_table(title, ["count", "ms", "x point query", "ms in the ledger", "answer"], rows)


def _begin_peak() -> float:
    """Forget what was the most memory this process had (proc(5), clear_refs); what it has now."""
    Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def _peak() -> float:
    """The most memory that this process had since, in megabytes."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
