"""Throughput of feeds compared with nginx serving the same bytes, and time to rebuild.

Needs nginx and wrk. All servers have two processes; wrk asks for no compression, so all send the
same bytes. Starlette with one bare route on the same uvicorn shows what the server itself can do:
on a machine busy with other things nginx, which need not copy a file, gains on both. Targets: 0.7
of nginx's requests a second for the feed, 0.25 for 304s; a rebuild of 1,000 entries after one has
changed in at most 1.3 times feedgen's own time for the document.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feedgen.feed import FeedGenerator
from measuring import print_table
from serving import free_port, running
from sqlalchemy import delete

from newsletter.articles import store
from newsletter.articles.importers.base import ImportContext, Record
from newsletter.articles.ingestion.record_import import import_records
from newsletter.articles.models import Article
from newsletter.clock import FixedClock
from newsletter.config.loading import parse_config
from newsletter.config.options import Config
from newsletter.database import Database
from newsletter.feeds.documents import atom, rss
from newsletter.feeds.documents.building import build
from newsletter.feeds.documents.content import FeedKind
from newsletter.feeds.scopes import Selection
from newsletter.migrations.running import upgrade

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
CONNECTIONS, THREADS = 64, 1
FEED_BYTES = 150_000
PARAGRAPH = "<p>The council met on Thursday &amp; agreed what the harbour had waited for.</p>"

CONFIG = """
[site]
name = "Wexcombe Forward"
base_url = "http://127.0.0.1:{port}"
secret_key = "only for the benchmark, this key"
[database]
url = "sqlite:///bench.db"
[senders.default]
address = "news@wexcombe.example"
[transports.default]
kind = "maildir"
path = "mails"
[feeds]
entries = {entries}
[web]
port = {port}
workers = 2
"""

NGINX = """
worker_processes 2;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=100;
  types {{ application/atom+xml atom; }}
  server {{ listen 127.0.0.1:{port}; root {folder}/static; }}
}}
"""


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=3, help="of each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--entries", type=int, default=1000, help="of the feed that is built")
    parser.add_argument("--builds", type=int, default=7)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        _serving(folder, chosen)
        _rebuilding(folder, chosen)


def _serving(folder: Path, chosen: argparse.Namespace) -> None:
    if not (shutil.which("nginx") and shutil.which("wrk")):
        sys.exit("nginx and wrk are needed: apt-get install nginx-light wrk")
    port, peer_port = free_port(), free_port()
    config = _config(folder, port, 50)
    _fill(config, 50, FEED_BYTES // 50)
    ours, peer = f"http://127.0.0.1:{port}/feed.atom", f"http://127.0.0.1:{peer_port}/feed.atom"
    command = [str(Path(sys.executable).with_name("newsletter")), "--config"]
    serve = [*command, str(folder / "newsletter.toml"), "serve", "--no-schedule"]
    bare_port = free_port()
    bare = f"http://127.0.0.1:{bare_port}/feed.atom"
    with (
        running(serve, ours),
        _nginx(folder, peer_port, ours, peer),
        _bare(folder, bare_port, bare),
    ):
        rows = []
        for title, conditional in (("the feed", False), ("304", True)):
            servers = {"ours": ours, "bare Starlette": bare, "nginx": peer}
            rates = _rates(servers, conditional, chosen)
            for who, rate in rates.items():
                rows.append([f"{title}, {who}", rate, rate / rates["nginx"]])
    size = (folder / "static" / "feed.atom").stat().st_size
    print_table(
        f"Serving a feed of {size:,} bytes, {CONNECTIONS} connections, 2 processes each",
        ["what", "requests/s", "x nginx"],
        rows,
    )


def _rates(
    servers: dict[str, str], conditional: bool, chosen: argparse.Namespace
) -> dict[str, float]:
    """Requests a second: medians of rounds in which the servers take turns."""
    found: dict[str, list[float]] = {who: [] for who in servers}
    for _ in range(chosen.rounds):
        for who, address in servers.items():
            found[who].append(_wrk(address, conditional, chosen.seconds))
    return {who: statistics.median(rates) for who, rates in found.items()}


def _wrk(address: str, conditional: bool, seconds: int) -> float:
    command = ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s"]
    if conditional:
        with urllib.request.urlopen(address) as answer:
            command += ["-H", f"If-None-Match: {answer.headers['ETag']}"]
    out = subprocess.run([*command, address], capture_output=True, text=True, check=True).stdout
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)", out)
    if errors:
        sys.exit(f"wrk met errors at {address}: {errors[0]}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])  # type: ignore[index]


def _rebuilding(folder: Path, chosen: argparse.Namespace) -> None:
    config = _config(folder, 1, chosen.entries)
    _fill(config, chosen.entries, 1000)
    database = Database(config.database.url)
    rows = []
    for kind in (FeedKind.ATOM, FeedKind.RSS):
        with database.read() as session:
            articles = store.published(session, limit=chosen.entries)
        peer = _seconds(chosen.builds, lambda k=kind, a=articles: _feedgen(k, a))  # type: ignore[misc]
        rows.append([f"{kind.label}: feedgen alone", peer * 1000, 1.0])
        cold = _seconds(chosen.builds, lambda k=kind: _build(database, config, k), before=_forget)  # type: ignore[misc]
        warm = _seconds(
            chosen.builds,
            lambda k=kind: _build(database, config, k),  # type: ignore[misc]
            before=lambda: _change_one(database),
        )
        rows.append([f"{kind.label}: ours, after a change", warm * 1000, warm / peer])
        rows.append([f"{kind.label}: ours, the first of a process", cold * 1000, cold / peer])
    database.close()
    title = f"Building a feed of {chosen.entries:,} entries, database included"
    print_table(title, ["what", "ms", "x feedgen"], rows)


def _build(database: Database, config: Config, kind: FeedKind) -> None:
    with database.read() as session:
        build(session, config, Selection(kind=kind))


def _forget() -> None:
    atom.clear_cache()
    rss.clear_cache()


_EDITS = iter(range(1, 1_000_000))


def _change_one(database: Database) -> None:
    with database.write() as session:
        store.published(session, limit=1)[0].title = f"Changed {next(_EDITS)} times"


def _feedgen(kind: FeedKind, articles: list[Article]) -> bytes:
    """The same articles by feedgen alone."""
    feed = FeedGenerator()
    feed.load_extension("dc")
    feed.id("tag:wexcombe.example,2026:feed")
    feed.title("Wexcombe Forward")
    feed.description("Wexcombe Forward")
    feed.author(name="Wexcombe Forward")
    feed.link(href="http://127.0.0.1/feed", rel="self")
    feed.link(href="http://127.0.0.1/", rel="alternate")
    feed.updated(NOW)
    for article in articles:
        entry = feed.add_entry(order="append")
        entry.id(article.uid)
        entry.title(article.title)
        entry.link(href=f"http://127.0.0.1/articles/{article.slug}")
        entry.published(article.published_at)
        entry.updated(article.updated_at)
        entry.author(name=article.author)
        entry.dc.dc_creator(article.author)
        entry.content(article.body_html, type="html")
        entry.summary(article.summary)
        for topic in article.topics:
            entry.category(term=topic.slug, label=topic.name)
    written: bytes = feed.atom_str() if kind is FeedKind.ATOM else feed.rss_str()
    return written


def _seconds(
    times: int, call: Callable[[], object], before: Callable[[], object] = lambda: None
) -> float:
    """The median of several calls, without their preparation."""
    found = []
    for _ in range(times):
        before()
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def _config(folder: Path, port: int, entries: int) -> Config:
    path = folder / "newsletter.toml"
    path.write_text(CONFIG.format(port=port, entries=entries))
    return parse_config(path.read_text(), path, {})


def _fill(config: Config, number: int, body_bytes: int) -> None:
    database = Database(config.database.url)
    upgrade(database)
    with database.write() as session:
        session.execute(delete(Article))
    body = PARAGRAPH * (body_bytes // (len(PARAGRAPH) + 42))
    records = (
        Record(
            where=str(i),
            source="bench",
            source_key=str(i),
            explicit_key=True,
            title=f"Story {i}: the harbour & the hall",
            body_html=f"<p>Number {i}.</p>{body}",
            author="Nora Tallis",
            topics=("Housing",),
            published_at=NOW - timedelta(hours=i),
        )
        for i in range(number)
    )
    import_records(database, records, ImportContext.of(config.site), FixedClock(NOW))
    database.close()


@contextmanager
def _nginx(folder: Path, port: int, ours: str, address: str) -> Iterator[None]:
    static = folder / "static"
    static.mkdir()
    with urllib.request.urlopen(ours) as answer:
        (static / "feed.atom").write_bytes(answer.read())
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, port=port))
    with running(["nginx", "-c", str(configuration), "-p", str(folder)], address):
        yield


@contextmanager
def _bare(folder: Path, port: int, address: str) -> Iterator[None]:
    """Baseline: uvicorn with a minimal application."""
    os.environ["BARE_SITE_FILE"] = str(folder / "static" / "feed.atom")
    command = [sys.executable, "-m", "uvicorn", "bare_site:app", "--port", str(port)]
    options = ["--workers", "2", "--log-level", "warning", "--no-access-log"]
    options += ["--app-dir", str(Path(__file__).parent)]
    with running([*command, *options], address):
        yield


if __name__ == "__main__":
    main()
