"""A million people: a page of the list, searches and counts of segments, beside a point query.

The point query is one person by her address, through the same layer: a transaction of
`Database.read()` and one function of the store. Everything else is measured likewise, in turn with
it, as often as it is quick; medians. Target: below 50 times the point query.
"""

import argparse
import random  # noqa: TID251 - the same people at every run
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from databases import create_database, postgresql_server
from measuring import print_table
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.migrations.running import upgrade
from subscribers import store
from subscribers.finding import counting
from subscribers.finding.following import drop_following
from subscribers.finding.meant import EVERYBODY, Meant, Within
from subscribers.finding.refreshing import refresh
from subscribers.finding.searching import page
from subscribers.models import (
    ConsentEvent,
    ConsentKind,
    Frequency,
    Subscriber,
    SubscriberStatus,
)
from subscribers.segments.compiling import Asking
from subscribers.topics import choice_key, choice_of

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/London")
PEOPLE_AT_ONCE = 10_000
THE_ONE = 1_234
LEAST_RUNS, MOST_RUNS, SECONDS = 5, 200, 1.5
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
# One in three has a rare surname, so that there are a hundred thousand words in names.
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
    ("topic chosen by name", "topic = housing and not topic is empty"),
    ("date", "joined >= 2026-01-31"),
    ("dates", "confirmed < 1 year ago and active < 6 months ago"),
    ("source", 'source ~ "import"'),
    ("attribute", 'attribute.ward = "Ward 7"'),
    ("domain, frequent", "domain = mail.example"),
    ("domain, rare", "domain = d77.example"),
    ("part of a domain", 'domain ~ "d77"'),
    ("part of a domain, frequent", 'domain ~ "mail"'),
    ("status", "status = confirmed"),
    ("combined", COMBINED),
    ("a name", 'name = "Rosa Vexford"'),
    ("no name", "name is empty"),
    ("part of a name, rare", 'name ~ "rosa vexford"'),
    ("part of a name, frequent", 'name ~ "rosa"'),
    ("part of a name, in one surname in eighty", 'name ~ "vex"'),
    ("part of a name, in one surname in six", 'name ~ "wor"'),
    ("part of a name, beyond ASCII", 'name ~ "ZOË"'),
    ("two letters of a name", 'name ~ "an"'),
    ("one letter of a name", 'name ~ "e"'),
    ("two letters that no name has", 'name ~ "qx"'),
    ("part of a name, combined", 'topic = housing and status = confirmed and name ~ "ann"'),
    ("part of a name and seven tests combined", f'{COMBINED} and name ~ "ann"'),
)
ASKING = Asking(now=NOW, zone=ZONE)
FEW = 'attribute.ward = "Ward 7" and domain = d77.example'
SOME = "domain = d77.example"
HALF = 'source ~ "import"'
NOBODY = 'source = "nowhere"'


def _within(expression: str) -> Meant:
    return Meant(within=Within(expression=expression, asking=ASKING))


SEARCHES = (
    ("nearly everybody", "example"),
    ("one in twenty", "ROSA"),
    ("one in some thousands", "rosa vex"),
    ("one", "wumsham777777@"),
    ("nobody", "quarterdeck"),
    ("a beyond-ASCII letter", "ZOË"),
    ("two letters, frequent", "nn"),
    ("two letters, one in a thousand", "qu"),
    ("two letters, one", "ßt"),
    ("two letters, nobody", "qx"),
    ("one letter, frequent", "e"),
    ("one letter, nobody", "þ"),
)
# What was dearest, of every kind that was tried: of a status that one in fifty has, of one that
# nobody has, of a segment.
NARROWED = (
    ("pending, one in twenty", Meant(status=SubscriberStatus.PENDING), "rosa"),
    ("pending, one in eighty", Meant(status=SubscriberStatus.PENDING), "wex"),
    ("pending, two letters of one in a thousand", Meant(status=SubscriberStatus.PENDING), "qu"),
    ("confirmed, two letters, nobody", Meant(status=SubscriberStatus.CONFIRMED), "qx"),
    ("erased, which nobody is, nearly everybody", Meant(status=SubscriberStatus.ERASED), "example"),
    ("a segment of few, nearly everybody", _within(FEW), "example"),
    ("a segment of few, one letter", _within(FEW), "e"),
    ("a segment of some, one in twenty", _within(SOME), "ann"),
    ("a segment of half, one in three hundred", _within(HALF), "rosa v"),
    ("a segment of half, two letters, nobody", _within(HALF), "qx"),
    ("a segment of nobody, nearly everybody", _within(NOBODY), "example"),
)


Question = Callable[[Session], object]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Median milliseconds of a question and of point queries in turn with it; what it answered."""

    milliseconds: float
    point: float
    answer: object


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--only", choices=["SQLite", "PostgreSQL"], help="measure one of them")
    chosen = parser.parse_args()
    with (
        postgresql_server() as server,
        tempfile.TemporaryDirectory(prefix="newsletter-bench-", dir="/var/tmp") as folder,
    ):
        for name, url, plain in (
            ("SQLite", f"sqlite:///{folder}/people.db", f"sqlite:///{folder}/plain.db"),
            ("PostgreSQL", create_database(server), create_database(server)),
        ):
            if chosen.only in (name, None):
                _measure(name, Database(url), Database(plain), chosen.people)


def _measure(name: str, database: Database, plain: Database, people: int) -> None:
    upgrade(database)
    upgrade(plain)
    with plain.write() as session:
        drop_following(session.connection())
    # The same rows twice: with what makes the index follow, and without.
    few = people // 4
    unfollowed = seconds(lambda: fill(plain, few))
    plain.close()
    followed = seconds(lambda: fill(database, few))
    fill(database, people, after=few)
    refreshed = seconds(lambda: refresh(database, ZONE, NOW))
    with database.write() as session:
        session.execute(text("ANALYZE"))
    some_change(database, people)
    rows = [
        [f"{few:,} rows written", followed, followed / unfollowed],
        ["the same with no index to follow", unfollowed, 1.0],
        [f"the index brought up to date with {people:,}", refreshed, ""],
    ]
    print_table(f"{name}: what the index costs", ["what", "seconds", "ratio"], rows)
    _questions(name, database, people)
    database.close()


def _questions(name: str, database: Database, people: int) -> None:
    rows = [
        [what, found.milliseconds, found.milliseconds / found.point, found.answer]
        for what, found in _asked(database, people)
    ]
    point = ask(database, people, lambda session: 0).point
    print_table(
        f"{name}: {people:,} people; a point query takes {point:.3g} ms",
        ["question", "ms", "x point query", "answer"],
        rows,
    )


def _asked(database: Database, people: int) -> Iterator[tuple[str, Measured]]:
    confirmed = Meant(status=SubscriberStatus.CONFIRMED)
    pending = Meant(status=SubscriberStatus.PENDING)
    for what, listed in (
        ("page: newest", _page()),
        ("page: confirmed", _page(confirmed)),
        ("page: pending", _page(pending)),
        ("page: from the middle", _page(below=people // 2)),
        *((f"search: {what}", _page(words=words)) for what, words in SEARCHES),
        ("search: one in twenty, from the middle", _page(words="rosa", below=people // 2)),
        ("search: two letters, nobody, from the middle", _page(words="qx", below=people // 2)),
        ("page: a segment of few", _page(_within(FEW))),
        *((f"search: {what}", _page(meant, words=words)) for what, meant, words in NARROWED),
    ):
        yield what, ask(database, people, listed)
    yield (
        "counts by status",
        ask(database, people, lambda s: sum(counting.count_by_status(s).values())),
    )
    for what, expression in SEGMENTS:
        yield (
            f"count: {what}",
            ask(database, people, lambda s, e=expression: counting.count(s, e, ASKING)),
        )


def _page(
    meant: Meant = EVERYBODY, words: str = "", below: int | None = None
) -> Callable[[Session], int]:
    def listed(session: Session) -> int:
        found = page(session, meant, words=words, limit=50, below=below)
        store.choices_of(session, found)
        return len(found)

    return listed


def ask(database: Database, people: int, question: Question) -> Measured:
    """Medians of as many runs as fit; the first ones only warm up."""
    times: list[float] = []
    points: list[float] = []
    answer: object = None

    def once() -> None:
        nonlocal answer
        with database.read() as session:
            answer = question(session)

    def point() -> None:
        with database.read() as session:
            store.by_address(session, address_of(len(points) * 7919 % people))

    began = time.perf_counter()
    while len(times) < MOST_RUNS and (
        len(times) <= LEAST_RUNS or time.perf_counter() - began < SECONDS
    ):
        times.append(seconds(once))
        points += [seconds(point), seconds(point)]
    return Measured(
        milliseconds=statistics.median(times[1:]) * 1000,
        point=statistics.median(points[2:]) * 1000,
        answer=answer,
    )


def fill(database: Database, people: int, after: int = 0) -> None:
    """Enter so many, the same for every database.

    Args:
        after: so many have been entered before.
    """
    chooser = random.Random(1)
    keys = {choice_key(chooser.sample(TOPICS, chooser.randrange(5))) for _ in range(300)}
    with database.write() as session:
        choices = [store.choice_for(session, choice_of(key)) for key in sorted(keys | {""})]
    for first in range(after, people, PEOPLE_AT_ONCE):
        many = range(first, min(first + PEOPLE_AT_ONCE, people))
        with database.write() as session:
            connection = session.connection()
            connection.execute(insert(Subscriber), list(_people(many, choices)))
            connection.execute(insert(ConsentEvent), [_event(n) for n in many if n % 4 == 0])


def address_of(number: int) -> str:
    """The address of the person who was entered after so many others."""
    first, last = name_of(number).split()
    domain = "mail.example" if number % 3 == 0 else f"d{number % 20_000}.example"
    return f"{first.lower()}.{last.lower()}{number}@{domain}"


def name_of(number: int) -> str:
    """Her name: twenty first names, a hundred thousand others."""
    last = "".join(_pick(number, n, parts) for n, parts in enumerate(LAST, 1))
    if number % 3 == 1:
        last += _pick(number, 5, RARE) + _pick(number, 6, RARE)
    return f"{_pick(number, 0, FIRST)} {last}"


def _pick(number: int, which: int, among: Sequence[str]) -> str:
    """The same for the same number, and as if by chance."""
    return among[crc32(b"%d" % which, crc32(b"%d" % (number * MIXER))) % 1_000_003 % len(among)]


def some_change(database: Database, people: int) -> None:
    """What a busy half hour leaves to the index: eight hundred people changed since."""
    with database.write() as session:
        session.execute(
            text("UPDATE subscribers SET active_at = joined_at WHERE id > :last"),
            {"last": people - 800},
        )


def _people(numbers: range, choices: list[int]) -> Iterator[dict[str, object]]:
    chooser = random.Random(numbers.start)
    for number in numbers:
        # Imports of many at once, and people who come by themselves in between.
        joined = NOW - timedelta(minutes=chooser.randrange(5 * 365 * 24 * 60))
        is_pending = chooser.random() < 0.02
        has_left = chooser.random() < 0.05
        status = SubscriberStatus.ENDED if has_left else SubscriberStatus.CONFIRMED
        confirmed = None if is_pending else joined + timedelta(hours=chooser.randrange(48))
        active = confirmed and confirmed + timedelta(days=chooser.randrange(400))
        yield {
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
    """As `name_of`, but for one in a thousand and for one among all: nobody else has a q or ß."""
    if number == THE_ONE:
        return "Inga Hüßtjernø"
    return "Rosa Quarry" if crc32(b"quarry %d" % number) % 1000 == 0 else name_of(number)


def _event(number: int) -> dict[str, object]:
    return {"subscriber_id": number + 1, "at": NOW, "kind": ConsentKind.ASKED, "source": "form"}


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
