"""A million people and twenty editions in the ledger: pages, searches, counts of segments.

Floors: a page 50 ms, a search 0.7 s, the count of a segment 1.5 s, of one by mail statistics 2 s.
Medians, each question in a transaction of its own; and what counting the last edition takes.
"""

import argparse
import random  # noqa: TID251 - the same people at every run
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32
from zoneinfo import ZoneInfo

from databases import create_database, postgresql_server
from measuring import print_table
from sqlalchemy import bindparam, func, insert, select, text
from sqlalchemy.orm import Session

from newsletter.database import Database, UTCDateTime
from newsletter.delivery.ledger.statistics import BATCH_SIZE, count_batch, measures
from newsletter.editions.models import Edition
from newsletter.migrations.running import upgrade
from subscribers import store
from subscribers.models import (
    ConsentEvent,
    ConsentKind,
    Frequency,
    Subscriber,
    SubscriberStatus,
)
from subscribers.search import page
from subscribers.segments.compiling import QueryContext
from subscribers.segments.store import count, members
from subscribers.topics import choice_key, choice_of

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/London")
PEOPLE_PER_BATCH = 10_000
RUNS = 5
FIRST = (
    *("Ann", "Ben", "Cat", "Dora", "Emil", "Fay", "Gus", "Hal", "Ida", "Jon"),
    *("Kim", "Lou", "Max", "Nia", "Oli", "Pam", "Rosa", "Sam", "Tess", "Zoë"),
)
LAST = (
    tuple("BCDFGHKLMNPRSTVW"),
    ("ex", "ar", "ol", "in", "um"),
    ("", "d", "s", "k"),
    ("ford", "ley", "worth", "ham", "by"),
)
# One in three has a rare surname, for a hundred thousand distinct words.
RARE = tuple(
    f"{first}{second}" for first in "aeiouyæø" for second in ("l", "n", "r", "st", "th", "v")
)
TOPICS = [f"ward-{number}" for number in range(18)] + ["housing", "transport"]
SOURCES = ["form on the site", "import of members.csv", "import of petition.csv", "paper form"]
MIXER = 0x9E3779B97F4A7C15
WARDS = [f"Ward {number}" for number in range(40)]
COMBINED = """
(topic = housing or attribute.ward in ("Ward 1", "Ward 2")) and status = confirmed
and not source ~ "petition" and joined < 90 days ago and domain != mail.example
"""
SEGMENTS = (
    ("topic", "topic = housing"),
    ("dates", "confirmed < 1 year ago and active < 6 months ago"),
    ("source", 'source ~ "import"'),
    ("attribute", 'attribute.ward = "Ward 7"'),
    ("domain", "domain = d77.example"),
    ("part of a domain", 'domain ~ "mail"'),
    ("status", "status = confirmed"),
    ("a name", 'name = "Rosa Vexford"'),
    ("part of a name", 'name ~ "rosa"'),
    ("part of a name, beyond ASCII", 'name ~ "ZOË"'),
    ("seven tests combined", COMBINED),
)
MAIL_SEGMENTS = (
    ("received", "received >= 10"),
    ("received none", "received = 0"),
    ("mailed", "mailed < 30 days ago"),
    ("never mailed", "mailed is empty"),
    ("bounced", "bounced >= 2"),
    ("three combined", "received > 2 and bounced = 0 and mailed >= 30 days ago"),
)
SEARCHES = (
    ("nearly everybody", "example"),
    ("one in twenty", "ROSA"),
    ("one in some thousands", "rosa vex"),
    ("one", "wumsham777777@"),
    ("nobody", "quarterdeck"),
    ("without its accent", "zoe"),
    ("two letters, one in a thousand", "qu"),
    ("two letters, nobody", "qx"),
    ("one letter, nobody", "þ"),
)
EDITION = """
INSERT INTO editions (id, kind, state, title, subject, body_html, topics, template, transport,
  uncertain, masthead, content_hash, web_html, note, created_at, send_at, fanned_out_at)
VALUES (:n, 'bulletin', :state, 'Bulletin', 'Flood warning', '', '', 'bulletin', 'default', 'ask',
  '{}', '', '', '', :at, :at, :at)
"""
VARIANT = """
INSERT INTO edition_variants (id, edition_id, articles, content, nonce) VALUES (:n, :n, '', :c, '')
"""
# One in ten is skipped, one in fifty fails.
DELIVERIES = """
INSERT INTO deliveries (edition_id, subscriber_id, variant_id, state, reason, verdict, attempts,
  worker, resent, settled_at)
SELECT :n, id, :n, CASE WHEN (id + :n) % 50 = 0 THEN 'failed' ELSE 'sent' END,
  '250 2.0.0 Ok: queued as 4ZQx7b1mK2z', '', 1, 'wexcombe:4711', :no, :at
FROM subscribers WHERE (id * 7 + :n) % 10 > 0 ORDER BY id
"""

Question = Callable[[Session], int]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Median milliseconds of a query, and its result."""

    milliseconds: float
    answer: int


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--editions", type=int, default=20)
    parser.add_argument("--only", choices=["SQLite", "PostgreSQL"], help="measure one of them")
    parser.add_argument("--database", metavar="URL", help="keep the people here, for another run")
    chosen = parser.parse_args()
    if chosen.database:
        _measure(chosen.database, chosen.people, chosen.editions)
        return
    with (
        postgresql_server() as server,
        tempfile.TemporaryDirectory(prefix="newsletter-bench-", dir="/var/tmp") as folder,
    ):
        if chosen.only != "PostgreSQL":
            _measure(f"sqlite:///{folder}/people.db", chosen.people, chosen.editions)
        if chosen.only != "SQLite":
            _measure(create_database(server), chosen.people, chosen.editions)


def _measure(url: str, people: int, editions: int) -> None:
    database = Database(url)
    name = "SQLite" if database.is_sqlite else "PostgreSQL"
    upgrade(database)
    _prepare(database, people, editions - 1)
    rows = [[what, m.milliseconds, m.answer] for what, m in _questions(database, people)]
    print_table(f"{name}: {people:,} people", ["question", "ms", "answer"], rows)
    _print_mail_segments(f"{name}: {editions - 1} editions counted", database)
    _send(database, editions, NOW)
    vacuum(database)
    _print_mail_segments(f"{name}: one more, not counted", database)
    batches = _count_all(database)
    vacuum(database)
    row = [len(batches), sum(batches), statistics.median(batches) * 1000, max(batches) * 1000]
    columns = [f"batches of {BATCH_SIZE:,}", "seconds", "median ms", "longest ms"]
    print_table(f"{name}: counting the last edition", columns, [row])
    _print_mail_segments(f"{name}: {editions} editions counted", database)
    print(f"\nMost memory: {_peak_megabytes():.0f} MB")
    database.close()


def _prepare(database: Database, people: int, editions: int) -> None:
    """Insert missing people and editions, and count the ledger."""
    with database.read() as session:
        entered = session.scalar(select(func.max(Subscriber.id))) or 0
        sent = session.scalar(select(func.max(Edition.id))) or 0
    fill(database, people, after=entered)
    for number in range(sent + 1, editions + 1):
        _send(database, number, NOW - timedelta(days=7 * (editions + 1 - number)))
    if sent < editions:
        vacuum(database)
        _count_all(database, PEOPLE_PER_BATCH * 10)
        vacuum(database)


def _questions(database: Database, people: int) -> Iterator[tuple[str, Measured]]:
    confirmed, pending = SubscriberStatus.CONFIRMED, SubscriberStatus.PENDING
    middle = people // 2
    yield "page: newest", ask(database, _page())
    yield "page: confirmed", ask(database, _page(status=confirmed))
    yield "page: pending", ask(database, _page(status=pending))
    yield "page: from the middle", ask(database, _page(after=middle))
    for what, words in SEARCHES:
        yield f"search: {what}", ask(database, _page(words=words))
    yield "search: from the middle", ask(database, _page(words="rosa vex", after=middle))
    yield "search: pending, rare", ask(database, _page(status=pending, words="rosa vex"))
    yield "search: in a segment", ask(database, _page(segment="topic = housing", words="rosa vex"))
    yield "page: a segment of few", ask(database, _page(segment="domain = d77.example"))
    yield "counts by status", ask(database, lambda s: sum(store.count_by_status(s).values()))
    for what, expression in SEGMENTS:
        yield f"count: {what}", ask(database, _count(expression))


def _print_mail_segments(title: str, database: Database) -> None:
    rows: list[list[object]] = []
    for what, expression in MAIL_SEGMENTS:
        found = ask(database, _count(expression))
        rows.append([what, found.milliseconds, found.answer])
    print_table(title, ["count", "ms", "answer"], rows)


def _page(
    *,
    status: SubscriberStatus | None = None,
    segment: str = "",
    words: str = "",
    after: int | None = None,
) -> Question:
    def listed(session: Session) -> int:
        within = members(segment, _asking(session)) if segment else None
        found = page(session, status=status, within=within, words=words, limit=50, after=after)
        store.choices_of(session, found)
        return len(found)

    return listed


def _count(expression: str) -> Question:
    return lambda session: count(session, expression, _asking(session))


def _asking(session: Session) -> QueryContext:
    return QueryContext(now=NOW, zone=ZONE, measures=measures(session))


def ask(database: Database, question: Question) -> Measured:
    """The median of some runs, after one warm-up."""
    times: list[float] = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        with database.read() as session:
            answer = question(session)
        times.append(time.perf_counter() - start)
    return Measured(milliseconds=statistics.median(times[1:]) * 1000, answer=answer)


def _count_all(database: Database, batch: int = BATCH_SIZE) -> list[float]:
    """Seconds of each batch until all is counted."""
    times: list[float] = []
    while True:
        start = time.perf_counter()
        if not count_batch(database, batch):
            return times
        times.append(time.perf_counter() - start)


def fill(database: Database, people: int, after: int = 0) -> None:
    """Insert missing people, the same in every database."""
    chooser = random.Random(1)
    keys = {choice_key(chooser.sample(TOPICS, chooser.randrange(5))) for _ in range(300)}
    with database.write() as session:
        choices = [store.choice_for(session, choice_of(key)) for key in sorted(keys | {""})]
    for first in range(after, people, PEOPLE_PER_BATCH):
        many = range(first, min(first + PEOPLE_PER_BATCH, people))
        with database.write() as session:
            connection = session.connection()
            connection.execute(insert(Subscriber), list(_people(many, choices)))
            connection.execute(insert(ConsentEvent), [_event(n) for n in many if n % 4 == 0])
    advance_sequence(database, "subscribers")


def advance_sequence(database: Database, table: str) -> None:
    """Let PostgreSQL number new rows after these, whose ids were given."""
    if database.is_sqlite:
        return
    last = f"(SELECT max(id) FROM {table})"
    with database.write() as session:
        session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last})"))


def _send(database: Database, number: int, at: datetime) -> None:
    """Insert a sent edition."""
    with database.write() as session:
        execute(session, EDITION, n=number, state="sent", at=at)
        execute(session, VARIANT, n=number, c=b"")
        execute(session, DELIVERIES, n=number, at=at, no=False)


def execute(session: Session, statement: str, **values: object) -> None:
    """Run an SQL statement; `at` is a moment."""
    at = bindparam("at", type_=UTCDateTime)
    session.execute(
        text(statement).bindparams(at) if ":at" in statement else text(statement), values
    )


def vacuum(database: Database) -> None:
    """VACUUM and ANALYZE, which autovacuum does within minutes."""
    autocommit = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    with autocommit as connection:
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM (ANALYZE)"))


def _peak_megabytes() -> float:
    """Peak memory of this process (proc(5), VmHWM)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def address_of(number: int) -> str:
    """The address of the n-th person."""
    first, last = name_of(number).split()
    domain = "mail.example" if number % 3 == 0 else f"d{number % 20_000}.example"
    return f"{first.lower()}.{last.lower()}{number}@{domain}"


def name_of(number: int) -> str:
    """The name of the n-th person: twenty first names, a hundred thousand surnames."""
    last = "".join(_pick(number, n, parts) for n, parts in enumerate(LAST, 1))
    if number % 3 == 1:
        last += _pick(number, 5, RARE) + _pick(number, 6, RARE)
    return f"{_pick(number, 0, FIRST)} {last}"


def _pick(number: int, which: int, among: Sequence[str]) -> str:
    """A pseudo-random choice, the same for the same number."""
    return among[crc32(b"%d" % which, crc32(b"%d" % (number * MIXER))) % 1_000_003 % len(among)]


def _people(numbers: range, choices: list[int]) -> Iterator[dict[str, object]]:
    chooser = random.Random(numbers.start)
    for number in numbers:
        # Large imports, with single sign-ups in between.
        joined = NOW - timedelta(minutes=chooser.randrange(5 * 365 * 24 * 60))
        is_pending = chooser.random() < 0.02
        has_left = chooser.random() < 0.05
        status = SubscriberStatus.ENDED if has_left else SubscriberStatus.CONFIRMED
        confirmed = None if is_pending else joined + timedelta(hours=chooser.randrange(48))
        active = confirmed and confirmed + timedelta(days=chooser.randrange(400))
        yield {
            "id": number + 1,
            "address": address_of(number),
            "address_hash": f"{number:064x}",
            "name": _named(number) if chooser.random() < 0.8 else "",
            "status": SubscriberStatus.PENDING if is_pending else status,
            "frequency": chooser.choice(list(Frequency)),
            "choice_id": chooser.choice(choices),
            "source": chooser.choice(SOURCES),
            "attributes": {"ward": chooser.choice(WARDS)} if chooser.random() < 0.7 else {},
            "joined_at": joined,
            "confirmed_at": confirmed,
            "active_at": active,
        }


def _named(number: int) -> str:
    """As `name_of`, but one in a thousand has a q, and nobody else."""
    return "Rosa Quarry" if crc32(b"quarry %d" % number) % 1000 == 0 else name_of(number)


def _event(number: int) -> dict[str, object]:
    return {"subscriber_id": number + 1, "at": NOW, "kind": ConsentKind.ASKED, "source": "form"}


if __name__ == "__main__":
    main()
