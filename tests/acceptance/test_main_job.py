"""End-to-end with real peers: an SMTP server, a Maildir, a feed reader, a press article."""

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from processes import answers, running, wait_until
from servers import free_port
from support import CONFIG, SECRET

from newsletter.demo.catcher import MailCatcher

ROOT = Path(__file__).resolve().parents[2]
PRESS = ROOT.parent / "shared" / "articles"
Newsletter = Callable[..., subprocess.CompletedProcess[str]]

ARTICLE = """Wexcombe Forward - Article From our Database
23 March 2019
Inspectors find “real progress” in children’s services

Inspectors who came in February have published what they saw.

 ‘Staff know the children well and say so.‘

Councillor Priya Lockwood said,

“It is the best report we have had. There is a long way to go.”
"""


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[MailCatcher]:
    with MailCatcher(tmp_path / "caught") as running_catcher:
        yield running_catcher


def write_config(folder: Path, port: int) -> None:
    """A site whose mail goes by SMTP to a port of this machine."""
    text = CONFIG.format(secret=SECRET, database="sqlite:///newsletter.db")
    text = text.replace('folder = "templates"', 'folder = ""').replace(
        'kind = "maildir"\npath = "mails"',
        f'kind = "smtp"\nhost = "127.0.0.1"\nport = {port}\nsecurity = "plain"',
    )
    (folder / "newsletter.toml").write_text(text)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory, newsletter: Newsletter) -> Path:
    """A database with one confirmed subscriber, made by the commands; to be copied."""
    folder = tmp_path_factory.mktemp("site")
    write_config(folder, 25)
    assert newsletter(folder, "db", "upgrade").returncode == 0
    add = ("subscribers", "add", "ann@wexcombe.example", "--consent", "paper form")
    assert newsletter(folder, *add).returncode == 0
    return folder / "newsletter.db"


@pytest.fixture
def site(tmp_path: Path, database: Path, catcher: MailCatcher) -> Path:
    """A site whose mail goes to the catcher, with one confirmed subscriber."""
    write_config(tmp_path, catcher.port)
    shutil.copy(database, tmp_path)
    return tmp_path


def caught(site: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted((site / "caught" / "new").iterdir())]


def press_folder(site: Path) -> Path:
    """The press office's own articles where they are at hand, else one of the same shape."""
    if PRESS.is_dir():
        return PRESS
    folder = site / "press"
    folder.mkdir()
    (folder / "inspection-2019-03-23.txt").write_text(ARTICLE, encoding="utf-8")
    return folder


def test_an_imported_article_is_published_and_mailed_once(
    site: Path, newsletter: Newsletter
) -> None:
    folder = str(press_folder(site))
    assert newsletter(site, "articles", "import", folder).returncode == 0
    assert newsletter(site, "feeds", "write", "feeds").returncode == 0
    assert newsletter(site, "digest", "send", "friday").returncode == 0
    listed = newsletter(site, "articles", "list", "--json").stdout
    feeds = {path.name: path.read_bytes() for path in (site / "feeds").glob("feed.*")}
    mails = caught(site)
    title = json.loads(listed)[0]["title"]
    assert len(mails) == 1
    assert all(title.split()[0].encode() in content for content in [*feeds.values(), *mails])

    assert newsletter(site, "articles", "import", folder).returncode == 0
    assert newsletter(site, "feeds", "write", "feeds").returncode == 0
    again = newsletter(site, "digest", "send", "friday")
    assert "nothing to say" in again.stdout
    assert newsletter(site, "articles", "list", "--json").stdout == listed
    assert {path.name: path.read_bytes() for path in (site / "feeds").glob("feed.*")} == feeds
    assert caught(site) == mails


def test_quotation_marks_are_preserved(site: Path, newsletter: Newsletter) -> None:
    folder = site / "press"
    folder.mkdir()
    (folder / "inspection.txt").write_text(ARTICLE, encoding="utf-8")
    newsletter(site, "articles", "import", "press")
    shown = newsletter(site, "articles", "show", "1", "--html").stdout
    assert "‘Staff know the children well and say so.‘" in shown
    assert "“It is the best report we have had." in shown


def test_three_thousand_articles_are_imported_and_invalid_ones_named(
    site: Path, newsletter: Newsletter
) -> None:
    rows = ["title,date,body"]
    rows += [f"Notice {n},2026-{n % 12 + 1:02}-15,Text of notice {n}." for n in range(3_000)]
    rows[2001] = ",2026-11-15,"
    (site / "notices.csv").write_text("\n".join(rows))
    done = newsletter(site, "articles", "import", "notices.csv")
    assert done.returncode == 3
    assert "notices.csv" in done.stderr
    assert "neither title nor text" in done.stderr
    counted = sqlite3.connect(site / "newsletter.db")
    assert counted.execute("SELECT count(*) FROM articles").fetchone() == (2_999,)
    counted.close()


@pytest.mark.parametrize("kind", ["atom", "rss"])
@pytest.mark.skipif(shutil.which("newsboat") is None, reason="make test installs newsboat")
def test_a_feed_reader_sees_each_article_once(
    site: Path, newsletter: Newsletter, kind: str
) -> None:
    newsletter(site, "articles", "import", str(press_folder(site)))
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    (site / "urls").write_text(f"{base}/feed.{kind}\n")
    (site / "config").write_text("")
    reload = ["newsboat", "-u", "urls", "-c", "cache.db", "-C", "config", "-x", "reload"]
    with running(site, "serve", "--port", str(port), "--no-schedule", ready=f"{base}/healthz"):
        for _ in range(2):
            environment = os.environ | {"HOME": str(site)}
            subprocess.run(reload, cwd=site, check=True, timeout=60, env=environment)
    cache = sqlite3.connect(site / "cache.db")
    found = cache.execute("SELECT count(*), count(DISTINCT guid) FROM rss_item").fetchone()
    cache.close()
    assert found == (1, 1)


def test_the_served_site_sends_a_queued_bulletin_and_serves_its_page(
    site: Path, newsletter: Newsletter
) -> None:
    config = site / "newsletter.toml"
    config.write_text(config.read_text().replace('undo = "5m"', 'undo = "0s"'))
    (site / "flood.md").write_text("The river is **rising**.")
    queued = newsletter(site, "bulletin", "send", "flood.md", "--subject", "Flood", "--yes")
    assert queued.returncode == 0, queued.stderr
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    with running(site, "serve", "--port", str(port), ready=f"{base}/healthz"):
        wait_until(lambda: len(caught(site)) == 1)
        assert answers(f"{base}/editions/1")
    assert b"Subject: Flood\r\n" in caught(site)[0].replace(b"\n", b"\r\n").replace(b"\r\r", b"\r")
