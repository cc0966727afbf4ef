"""Every page of the console that reads data, on the site of a large office: milliseconds.

Target: 300 ms at the median, with 1,000,000 people, 500 editions and 20,000 articles. Asked by ASGI
in this process, signed in as an owner, each time about another article, person or edition; of a
live part until its first words. A page that waits for other servers is not asked.
"""

import argparse
import asyncio
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, unquote

from console_data import prepare, sign_in
from console_rows import REVISED, STAFF, Sizes
from databases import cpu_seconds, create_database, postgresql_server, server_pid
from measuring import print_table
from people import NOW, SEGMENTS
from sqlalchemy import func, select

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.config.loading import parse_config
from newsletter.console.app import create_console
from newsletter.console.frame.cookies import Cookies
from newsletter.console.frame.routes import Access
from newsletter.console.frame.screens import screens
from newsletter.console.frame.state import PREFIX
from newsletter.delivery.ledger.models import Delivery
from newsletter.feedback.models import FeedbackEvent
from newsletter.logging import log_to_stderr
from newsletter.migrations.running import upgrade
from newsletter.queries.editions.recipients import REASONS

TARGET_MS = 300
PATIENCE_SECONDS = 30
"""A slow page is asked less often."""
MAX_NAME_LENGTH = 60
TOKEN = "the owner's session"
CONFIG = """
[site]
name = "Wexcombe Forward"
base_url = "https://wexcombe.example"
secret_key = "only the benchmarks know this secret"
[site.imprint]
promoter = "M. Hallam"
promoter_address = "4 Mill Lane, Little Wexcombe"
[database]
url = "{database}"
[senders.default]
address = "news@wexcombe.example"
[transports.default]
kind = "maildir"
path = "mails"
[digests.friday]
name = "The Friday digest"
[digests.housing]
name = "Housing"
topics = ["housing"]
schedule = "0 9 * * MON"
[digests.wards]
name = "The wards"
topics = ["ward-1", "ward-2"]
segment = "topic = ward-1 or topic = ward-2"
schedule = "0 9 * * TUE"
"""
WAITING_FOR_OTHERS = re.compile("/links|/prove/with")
QUERIES: Mapping[str, Sequence[str]] = {
    "/articles": (
        *("told=yes", "told=no", "status=draft", "topic=housing"),
        *("q=meeting", "q=quarterdeck", "q=meeting&told=no", "format=csv"),
        *("sort=title", "sort=-title", "sort=date"),
    ),
    "/audit": (
        "actor=staff:2",
        "action=editions",
        "subject=article:7",
        "since=2026-11-26",
        "sort=when",
    ),
    "/bulletins": ("which=open",),
    "/bulletins/count": ("topics=housing", "segment=segment-0", "segment=segment-6"),
    "/editions": ("what=bulletin", "what=friday", "state=sent", "state=cancelled", "sort=when"),
    "/editions/{number:int}/answers": (
        *("state=failed", "state=sent", "state=skipped", "state=uncertain"),
        "state=failed&format=csv",
    ),
    "/feedback": ("kind=hard", "kind=blocked", "edition={large}", "edition=1", "sort=when"),
    "/media": ("q=meeting-77",),
    "/people": (
        *("status=pending", "status=ended", "after={person}", "sort=since"),
        *("q=example", "q=ROSA", "q=rosa%20vex", "q=quarterdeck", "q=qx"),
        *(f"segment=segment-{number}" for number in range(len(SEGMENTS))),
    ),
    "/segments/meant": tuple(f"text={quote(words)}" for _, words in SEGMENTS),
    **{
        f"{path}/people": (*(f"reason={quote(reason)}" for reason in sorted(REASONS)), "count=yes")
        for path in ("/digests/{name}", "/bulletins/{number:int}", "/editions/{number:int}")
    },
}
"""What a list is asked for besides its first page."""
NOTHING_WITHOUT_QUERY = {"/segments/meant"}


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page and its address at each run."""

    name: str
    is_live: bool
    is_filtered: bool
    address: Callable[[int], str]


@dataclass(frozen=True, kw_only=True)
class Answers:
    """How long a page took, each time."""

    milliseconds: Sequence[float]
    cpu_milliseconds: float
    """Of a run on average, PostgreSQL's included: comparable on a machine that others use."""
    kilobytes: float

    @property
    def median(self) -> float:
        return statistics.median(self.milliseconds)

    @property
    def worst_hundredth(self) -> float:
        """The time that one in a hundred exceeds; of fewer than a hundred, the longest."""
        return sorted(self.milliseconds)[(len(self.milliseconds) * 99 - 1) // 100]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--editions", type=int, default=60)
    parser.add_argument("--large", type=int, default=20, help="editions to nearly everybody")
    parser.add_argument("--articles", type=int, default=400)
    parser.add_argument("--runs", type=int, default=100, help="of each page, at most")
    parser.add_argument("--first", action="store_true", help="lists without filters alone")
    parser.add_argument("--only", choices=["SQLite", "PostgreSQL"], help="measure one of them")
    parser.add_argument("--pages", default="", help="only those whose name has this in it")
    parser.add_argument("--database", metavar="URL", help="keep the data here, for another run")
    chosen = parser.parse_args()
    log_to_stderr(40)
    with tempfile.TemporaryDirectory(prefix="newsletter-bench-", dir="/var/tmp") as folder:
        if chosen.database:
            _measure(Path(folder), chosen.database, chosen)
            return
        if chosen.only != "PostgreSQL":
            _measure(Path(folder), f"sqlite:///{folder}/console.db", chosen)
        if chosen.only != "SQLite":
            with postgresql_server() as server:
                _measure(Path(folder), create_database(server), chosen)


def _measure(folder: Path, url: str, chosen: argparse.Namespace) -> None:
    sizes = Sizes(
        people=chosen.people,
        editions=chosen.editions,
        articles=chosen.articles,
        large_editions=chosen.large,
    )
    clock = FixedClock(NOW)
    path = folder / "newsletter.toml"
    path.write_text(CONFIG.format(database=url), encoding="utf-8")
    app = Newsletter(parse_config(path.read_text(encoding="utf-8"), path, {}), path, clock)
    upgrade(app.database)
    prepare(app, sizes)
    browser, rows, slow = Browser(app, clock), [], []
    for page in pages(app, sizes):
        if chosen.pages in page.name and not (chosen.first and page.is_filtered):
            found = browser.ask(page, chosen.runs)
            numbers = [found.median, found.worst_hundredth, found.cpu_milliseconds]
            rows.append([page.name, *numbers, len(found.milliseconds), found.kilobytes])
            # A run at scale takes an hour: what it has measured stays if it is stopped.
            print(f"{page.name}: {found.median:.1f} ms", file=sys.stderr, flush=True)
            slow += [page.name] if found.median > TARGET_MS else []
    name = "SQLite" if app.database.is_sqlite else "PostgreSQL"
    print_table(
        f"{name}: {sizes.people:,} people, {sizes.editions} editions, {sizes.articles:,} articles",
        ["page", "median ms", "worst hundredth", "CPU ms", "runs", "KB"],
        rows,
    )
    print(f"Beyond {TARGET_MS} ms: {', '.join(slow) or 'none'}")
    app.close()


def pages(app: Newsletter, sizes: Sizes) -> Iterator[Page]:
    """Every page for those who are signed in, and lists as they are filtered."""
    examples = Examples(app, sizes)
    for route in screens():
        is_asked = route.method == "GET" and route.rule is not Access.PUBLIC
        if not is_asked or WAITING_FOR_OTHERS.search(route.path):
            continue
        first = () if route.path in NOTHING_WITHOUT_QUERY else ("",)
        for query in (*first, *QUERIES.get(route.path, ())):
            name = f"{route.path}?{query}" if query else route.path
            yield Page(
                name=unquote(re.sub(r":\w+}", "}", name))[:MAX_NAME_LENGTH],
                is_live=route.is_live,
                is_filtered=bool(query and first),
                address=lambda run, name=name, path=route.path: examples.fill(name, path, run),
            )


class Examples:
    """What stands for the parameters of a path."""

    def __init__(self, app: Newsletter, sizes: Sizes) -> None:
        self._sizes = sizes
        with app.database.read() as session:
            self._event = session.scalar(select(func.max(FeedbackEvent.id))) or 0
            last = session.scalar(select(func.max(Delivery.id))) or 0
            some = [1 + run * 997 % last for run in range(200)]
            query = select(Delivery.subscriber_id, Delivery.id).where(Delivery.id.in_(some))
            self._mails = [tuple(row) for row in session.execute(query)]

    def fill(self, name: str, path: str, run: int) -> str:
        """The address of a page at one run."""
        person, delivery = self._mails[run % len(self._mails)]
        numbers = {
            "articles": 1 + run * 9 * REVISED % self._sizes.articles,
            "bulletins": self._sizes.bulletins - run % 10,
            "editions": self._edition(path, run),
            "feedback": 1 + run * 31 % max(self._event, 1),
            "people": 1 if "/import" in path else person,
            "staff": 1 + run % STAFF,
        }
        names = {
            "digests": "friday",
            "today": "friday",
            "segments": "segment-3",
            "transports": "default",
            "settings": "site.name",
        }
        room = path.split("/")[1]
        values = {
            "{number:int}": numbers.get(room),
            "{name}": names.get(room),
            "{key}": names.get(room),
            "{delivery:int}": delivery,
            "{large}": self._sizes.large[0],
            "{person}": person,
        }
        for parameter, value in values.items():
            name = name.replace(parameter, str(value))
        return name

    def _edition(self, path: str, run: int) -> int:
        if path.endswith("/live") and "people" not in path:
            return self._sizes.sending
        if re.search("edit$|send$|look|people", path):
            return self._sizes.draft
        return self._sizes.large[-1 - run % len(self._sizes.large)]


class Browser:
    """An owner's browser, without a network."""

    def __init__(self, app: Newsletter, clock: FixedClock) -> None:
        self._app, self._clock, self._server = app, clock, server_pid(app.database.url)
        self._console = create_console(app)
        self._cookie = f"{Cookies(app.secret, app.config.site.base_url).session}={TOKEN}"

    def ask(self, page: Page, runs: int) -> Answers:
        """Ask for a page so many times; not as often where it is slow."""
        sign_in(self._app, TOKEN)
        times: list[float] = []
        begun, spent, size = time.perf_counter(), self._cpu_seconds(), 0
        # Once before, except where it is asked once: templates are compiled, and statements.
        for run in range(runs + 1 if runs > 1 else 1):
            # Later than the gauges of editions keep their counts.
            self._clock.at += timedelta(seconds=15)
            start = time.perf_counter()
            size = asyncio.run(self._answer(page, page.address(run)))
            times.append((time.perf_counter() - start) * 1000)
            if len(times) == 1 and runs > 1:
                spent = self._cpu_seconds()
            if len(times) > 2 and time.perf_counter() - begun > PATIENCE_SECONDS:
                break
        self._clock.at = NOW
        times = times[1:] or times
        cpu = (self._cpu_seconds() - spent) / len(times) * 1000
        return Answers(milliseconds=times, cpu_milliseconds=cpu, kilobytes=size / 1000)

    def _cpu_seconds(self) -> float:
        return time.process_time() + (cpu_seconds(self._server) if self._server else 0)

    async def _answer(self, page: Page, address: str) -> int:
        """Bytes of the body, uncompressed.

        Raises:
            RuntimeError: the answer is no page.
        """
        path, _, query = address.partition("?")
        scope = {
            "type": "http",
            "method": "GET",
            "scheme": "https",
            "path": PREFIX + ("" if path == "/" else path),
            "query_string": query.encode(),
            "headers": [(b"host", b"wexcombe.example"), (b"cookie", self._cookie.encode())],
            "client": ("192.0.2.7", 4711),
            "server": ("wexcombe.example", 443),
        }
        begun, bodies = asyncio.Event(), []
        status = 0

        async def receive() -> dict[str, object]:
            await asyncio.sleep(3600)
            return {"type": "http.disconnect"}

        async def send(message: Mapping[str, object]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(str(message["status"]))
            else:
                bodies.append(bytes(message.get("body", b"")))
                begun.set()

        answering = asyncio.ensure_future(self._console(scope, receive, send))
        if page.is_live:
            await asyncio.wait(
                [answering, asyncio.ensure_future(begun.wait())], return_when="FIRST_COMPLETED"
            )
            answering.cancel()
        else:
            await answering
        if status != 200:
            raise RuntimeError(f"{address}: answered with {status}")
        return sum(map(len, bodies))


if __name__ == "__main__":
    main()
