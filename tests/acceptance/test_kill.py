"""A sender killed at any moment: no mail lost or sent twice, uncertain ones marked."""

import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import run_in
from processes import Process
from support import add_article, add_subscriber, smtp_config

from newsletter.app import Newsletter
from newsletter.clock import SystemClock
from newsletter.config.loading import load_config
from newsletter.delivery.ledger import store
from newsletter.demo.catcher import MailCatcher
from newsletter.migrations.running import upgrade

SUBSCRIBERS = 300
CONNECTIONS = 2


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[MailCatcher]:
    with MailCatcher(tmp_path / "caught") as running_catcher:
        yield running_catcher


@pytest.fixture
def site(tmp_path: Path, catcher: MailCatcher) -> Path:
    """A site with an article and many subscribers, its mail going to a real SMTP server."""
    text = smtp_config("sqlite:///newsletter.db", catcher.port, CONNECTIONS)
    text += "[sending]\nbatch = 50\n"
    path = tmp_path / "newsletter.toml"
    path.write_text(text)
    app = Newsletter(load_config(path), path)
    upgrade(app.database)
    now = SystemClock().now()
    with app.database.write() as session:
        add_article(session, "News", now)
        for number in range(SUBSCRIBERS):
            add_subscriber(session, f"p{number}@wexcombe.example", now)
    app.close()
    return tmp_path


def recipients(site: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for path in (site / "caught" / "new").iterdir():
        head = path.read_bytes().partition(b"\n\n")[0].replace(b"\r", b"").decode()
        found[next(line for line in head.split("\n") if line.startswith("To: "))] += 1
    return found


def wait_for_mails(site: Path, process: Process, more_than: int) -> None:
    """Wait until the sender is under way, or done."""
    folder = site / "caught" / "new"
    end = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < end:
        if len(list(folder.iterdir())) > more_than:
            return
        time.sleep(0.01)


def counts(site: Path) -> dict[str, int]:
    path = site / "newsletter.toml"
    app = Newsletter(load_config(path), path)
    with app.database.read() as session:
        states = store.counts(session, 1)
    app.close()
    return {state.value: number for state, number in states.items()}


def test_after_kill_the_rest_is_sent_without_duplicates(site: Path) -> None:
    run_in(site, "digest", "send", "friday", "--queue")
    kills = 0
    for mails_before in (0, 90, 200):
        process = Process(site, "editions", "send", "1")
        wait_for_mails(site, process, mails_before)
        if process.poll() is None:
            process.kill()
            kills += 1
        process.wait(10)
    assert kills
    Process(site, "editions", "send", "1").wait(60)
    found = counts(site)
    mailed = recipients(site)
    assert set(mailed.values()) == {1}
    assert sum(found.values()) == SUBSCRIBERS
    assert found.get("uncertain", 0) <= kills * CONNECTIONS
    assert found["sent"] <= len(mailed) <= found["sent"] + found.get("uncertain", 0)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_sender_stopped_by_signal_leaves_nothing_uncertain(
    site: Path, how: signal.Signals
) -> None:
    run_in(site, "digest", "send", "friday", "--queue")
    process = Process(site, "editions", "send", "1")
    wait_for_mails(site, process, 60)
    process.send_signal(how)
    process.wait(10)
    stopped = counts(site)
    assert stopped["sent"] == len(recipients(site)) < SUBSCRIBERS
    assert set(stopped) <= {"sent", "queued"}
    run_in(site, "editions", "send", "1")
    assert counts(site) == {"sent": SUBSCRIBERS}
    assert recipients(site) == Counter(dict.fromkeys(recipients(site), 1))
