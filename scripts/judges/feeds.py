#!/usr/bin/env python3
"""Independent validation of the feeds of a fresh site.

Schemas (RELAX NG by lxml and, if installed, jing; JSON Schema), feedparser, and real feed readers
polling over HTTP: newsboat, rss2email, liferea. A reader that is not installed is skipped with a
note. Prints rows `judge | what | verdict`; exits 1 if any failed.
"""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import feedparser
from jsonschema import Draft202012Validator
from lxml import etree

SCHEMAS = Path(__file__).resolve().parent / "schemas"
COMMAND = str(Path(sys.executable).with_name("newsletter"))
PATIENCE_SECONDS = 60
MISSING = "not installed"
OPML = (
    '<opml version="1.0"><head><title>Feeds</title></head><body><outline title="W" text="W" '
    'type="rss" xmlUrl="{url}" id="judged1" updateInterval="1"/></body></opml>'
)


@dataclass
class Verdicts:
    """The results so far."""

    failed: int = 0

    def say(self, judge: str, what: str, found: object, expected: object) -> None:
        """Print a result: found against expected."""
        is_well = found == expected
        self.failed += not is_well
        shown = f" ({found})" if found not in ("", []) else ""
        verdict = f"ok{shown}" if is_well else f"FAILED: {found}, not {expected}"
        print(f"{judge:<12} | {what:<52} | {verdict}", flush=True)

    def pass_over(self, judge: str, why: str) -> None:
        print(f"{judge:<12} | {'':<52} | {why}", flush=True)


@dataclass(frozen=True, kw_only=True)
class Site:
    """A running site with sample articles."""

    folder: Path
    address: str

    def run(self, *arguments: str) -> str:
        """Run a command of the site."""
        command = [COMMAND, "--config", str(self.folder / "newsletter.toml"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return done.stdout

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.address}/{path}") as response:
            content: bytes = response.read()
            return content

    def edit(self, number: int) -> None:
        """Edit title and text without a correction: readers must not show it as new."""
        text = self.folder / "edited.md"
        text.write_text(f"Edited {number} times, quietly.\n", encoding="utf-8")
        self.run("articles", "edit", "5", "--title", f"Edited {number}", "--body", str(text))
        self._settle()

    def publish(self, title: str) -> None:
        # A file of its own: an existing name would update that article.
        text = self.folder / f"{title.replace(' ', '-')}.md"
        text.write_text(f"---\ntitle: {title}\ndate: 2026-11-23\n---\nNews.\n", encoding="utf-8")
        self.run("articles", "import", str(text))
        self._settle()

    def _settle(self) -> None:
        """Wait for the site's check, once a second."""
        time.sleep(1.2)


def main() -> int:
    """Run every validator; 1 if any found a fault."""
    verdicts = Verdicts()
    with tempfile.TemporaryDirectory() as name, _site(Path(name) / "site") as site:
        _grammars(site, verdicts)
        _feedparser(site, verdicts)
        for judge in (_newsboat, _rss2email, _liferea):
            judge(site, Path(name), verdicts)
    return int(verdicts.failed > 0)


def _grammars(site: Site, verdicts: Verdicts) -> None:
    site.run("articles", "correct", "6", "The bus leaves at twenty to eleven.")
    site.run("articles", "withdraw", "9")
    site.run("feeds", "keep")
    time.sleep(1.2)
    grammar = etree.RelaxNG(etree.parse(SCHEMAS / "atom.rng"))
    schema = Draft202012Validator(json.loads((SCHEMAS / "jsonfeed.json").read_text()))
    topics = json.loads(site.run("articles", "topics", "--json"))
    combined = "+".join(sorted(topic["slug"] for topic in topics[:3]))
    for path, query in (
        ("feed", ""),
        ("feed", "?content=excerpt"),
        ("feed", "?entries=3&page=2"),
        ("feed", "?archive=1"),
        ("topics/housing/feed", ""),
        (f"topics/{combined}/feed", ""),
        ("authors/nora-tallis/feed", ""),
    ):
        grammar.validate(etree.fromstring(site.get(f"{path}.atom{query}")))
        verdicts.say("RELAX NG", f"{path}.atom{query}", str(grammar.error_log), "")
        found = schema.iter_errors(json.loads(site.get(f"{path}.json{query}")))
        verdicts.say("JSON Schema", f"{path}.json{query}", [e.message for e in found], [])
    if not shutil.which("jing"):
        verdicts.pass_over("jing", MISSING)
        return
    kept = site.folder / "feed.atom"
    kept.write_bytes(site.get("feed.atom"))
    done = subprocess.run(["jing", SCHEMAS / "atom.rng", kept], capture_output=True, text=True)
    verdicts.say("jing", "feed.atom", done.stdout.strip(), "")


def _feedparser(site: Site, verdicts: Verdicts) -> None:
    wanted = json.loads(site.get("feed.json"))["items"]
    for kind in ("atom", "rss"):
        feed: Any = feedparser.parse(site.get(f"feed.{kind}"))
        verdicts.say("feedparser", f"feed.{kind}: is well formed", bool(feed.bozo), False)
        found = [(e.id, e.title, e.link) for e in feed.entries]
        same = found == [(i["id"], i["title"], i["url"]) for i in wanted]
        verdicts.say("feedparser", f"feed.{kind}: ids, titles and links come back", same, True)
        texts = [e.content[0].value for e in feed.entries]
        same = texts == [i["content_html"] for i in wanted]
        verdicts.say("feedparser", f"feed.{kind}: texts come back", same, True)


def _polled(judge: str, site: Site, verdicts: Verdicts, poll: Callable[[], int], kind: str) -> None:
    """New entries that a reader reports at each poll."""
    number = len(json.loads(site.get("feed.json"))["items"])
    stories = (
        ("first poll: every entry", lambda: None, number),
        ("second poll: 0 new", lambda: None, 0),
        ("after an edit: 0 new", lambda: site.edit(_next()), 0),
        ("after a new article: 1 new", lambda: site.publish(f"News for {judge} {kind}"), 1),
    )
    for what, happens, expected in stories:
        happens()
        verdicts.say(judge, f"feed.{kind}, {what}", poll(), expected)


_edits = iter(range(1, 1000))


def _next() -> int:
    return next(_edits)


def _newsboat(site: Site, folder: Path, verdicts: Verdicts) -> None:
    if not shutil.which("newsboat"):
        verdicts.pass_over("newsboat", MISSING)
        return
    for kind in ("atom", "rss"):
        own = folder / f"newsboat-{kind}"
        own.mkdir()
        (own / "urls").write_text(f"{site.address}/feed.{kind}\n")
        (own / "config").write_text("")
        command = ["newsboat", "-u", "urls", "-c", "cache.db", "-C", "config", "-x", "reload"]

        def poll(own: Path = own, command: list[str] = command) -> int:
            before = _count(own / "cache.db", "rss_item")
            environment = {**os.environ, "HOME": str(own)}
            subprocess.run(command, cwd=own, check=True, capture_output=True, env=environment)
            return _count(own / "cache.db", "rss_item") - before

        _polled("newsboat", site, verdicts, poll, kind)


def _rss2email(site: Site, folder: Path, verdicts: Verdicts) -> None:
    if not shutil.which("r2e"):
        verdicts.pass_over("rss2email", MISSING)
        return
    for kind in ("atom", "rss"):
        own = folder / f"rss2email-{kind}"
        (own / "mail").mkdir(parents=True)
        command = ["r2e", "-c", "r2e.cfg", "-d", "r2e.json"]
        subprocess.run([*command, "new", "judge@wexcombe.example"], cwd=own, capture_output=True)
        settings = (own / "r2e.cfg").read_text().splitlines()
        given = {"email-protocol": "maildir", "maildir-path": own / "mail", "maildir-mailbox": "in"}
        lines = [
            f"{key} = {given[key]}" if (key := line.partition(" = ")[0]) in given else line
            for line in settings
        ]
        (own / "r2e.cfg").write_text("\n".join(lines))
        url = f"{site.address}/feed.{kind}"
        subprocess.run([*command, "add", "judged", url], cwd=own, check=True, capture_output=True)

        def poll(own: Path = own, command: list[str] = command) -> int:
            before = _mails(own)
            subprocess.run([*command, "run"], cwd=own, check=True, capture_output=True)
            return _mails(own) - before

        _polled("rss2email", site, verdicts, poll, kind)


def _mails(own: Path) -> int:
    return len(list((own / "mail" / "in").glob("new/*")))


def _liferea(site: Site, folder: Path, verdicts: Verdicts) -> None:
    """A GUI reader: started on a display of its own, ended once it has read the feed."""
    needed = ("liferea", "xvfb-run", "dbus-run-session")
    if not all(shutil.which(program) for program in needed):
        verdicts.pass_over("liferea", MISSING)
        return
    own = folder / "liferea"
    (own / "config" / "liferea").mkdir(parents=True)
    (own / "run").mkdir(mode=0o700)
    opml = OPML.format(url=f"{site.address}/feed.atom")
    (own / "config" / "liferea" / "feedlist.opml").write_text(opml)
    number = len(json.loads(site.get("feed.json"))["items"])
    verdicts.say("liferea", "feed.atom, first start: every entry", _read(own, number), number)
    site.edit(_next())
    site.publish("News for liferea")
    expected = number + 1
    what = "feed.atom, after an edit and a new article: 1 new"
    verdicts.say("liferea", what, _read(own, expected) - number, 1)


def _read(own: Path, expected: int) -> int:
    """Number of entries once liferea has as many as expected, or on timeout."""
    homes = {"HOME": own, "XDG_RUNTIME_DIR": own / "run", "XDG_CONFIG_HOME": own / "config"}
    homes |= {"XDG_DATA_HOME": own / "data", "XDG_CACHE_HOME": own / "cache"}
    environment = {**os.environ, **{name: str(path) for name, path in homes.items()}}
    process = subprocess.Popen(
        ["xvfb-run", "-a", "dbus-run-session", "liferea"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    kept = own / "data" / "liferea" / "liferea.db"
    try:
        end = time.monotonic() + PATIENCE_SECONDS
        while _count(kept, "items") < expected and time.monotonic() < end:
            time.sleep(0.5)
        # Time for it to add duplicates, if it does.
        time.sleep(3)
        return _count(kept, "items")
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(PATIENCE_SECONDS)


def _count(database: Path, table: str) -> int:
    if not database.exists():
        return 0
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        try:
            number: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        except sqlite3.OperationalError:
            return 0  # not created yet
        return number


@contextmanager
def _site(folder: Path) -> Iterator[Site]:
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    config = ["--config", str(folder / "newsletter.toml")]
    made = [COMMAND, *config, "demo", "--once", "--port", str(port)]
    subprocess.run(made, check=True, capture_output=True)
    _with_small_archives(folder / "newsletter.toml")
    serve = [COMMAND, *config, "serve", "--no-schedule", "--port", str(port)]
    process = subprocess.Popen(serve, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    site = Site(folder=folder, address=f"http://127.0.0.1:{port}")
    try:
        _wait_for(site)
        yield site
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _with_small_archives(path: Path) -> None:
    """Lower the archive size, so that a few articles fill some."""
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("archive_entries = 50", "archive_entries = 5"), encoding="utf-8")


def _wait_for(site: Site) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            site.get("healthz")
            return
        except OSError:
            if time.monotonic() > end:
                sys.exit("the site does not answer")
            time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
