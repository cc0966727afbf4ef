"""Control from another process: a sender that runs elsewhere obeys long before its edition ends.

It looks every second; the tests leave it ten times as long, for machines that do other work too.
"""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from processes import Process
from sqlalchemy.orm import Session
from support import CONFIG, SECRET, add_article, add_subscriber

from newsletter.app import Newsletter
from newsletter.clock import SystemClock
from newsletter.config.loading import load_config
from newsletter.delivery import control
from newsletter.delivery.ledger import store
from newsletter.editions.compose import BulletinDraft, compose_bulletin, compose_digest
from newsletter.migrations.running import upgrade

SECONDS = 10.0
# At ten mails a second an edition is under way for four times as long as a sender has to obey.
SUBSCRIBERS = 400
EXTRA = "[sending]\nbatch = 20\n[limits.default]\nper_second = 10\n[web]\nport = 0\n"

Act = Callable[[Session, datetime], object]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Newsletter]:
    """A site with one queued edition, that sends ten mails a second."""
    text = CONFIG.format(secret=SECRET, database="sqlite:///newsletter.db") + EXTRA
    path = tmp_path / "newsletter.toml"
    path.write_text(text.replace('folder = "templates"', 'folder = ""'))
    app = Newsletter(load_config(path), path)
    upgrade(app.database)
    now = SystemClock().now()
    with app.database.write() as session:
        add_article(session, "News", now)
        for number in range(SUBSCRIBERS):
            add_subscriber(session, f"p{number}@wexcombe.example", now)
        compose_digest(session, app.config, app.renderer, "friday", period=None, now=now)
    yield app
    app.close()


@pytest.fixture
def start(site: Newsletter) -> Iterator[Callable[..., Process]]:
    running: list[Process] = []

    def start(*arguments: str) -> Process:
        running.append(Process(site.path.parent, *arguments))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait(10)


def folder(site: Newsletter) -> Path:
    return site.path.parent / "mails" / "new"


def is_among_mails(site: Newsletter, words: bytes) -> bool:
    return any(words in mail.read_bytes() for mail in folder(site).iterdir())


def mails(site: Newsletter) -> int:
    return len(list(folder(site).iterdir())) if folder(site).exists() else 0


def wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not is_so() and time.monotonic() < end:
        time.sleep(0.01)
    return is_so()


def do(site: Newsletter, act: Act) -> None:
    with site.database.write() as session:
        act(session, site.clock.now())


def counts(site: Newsletter, number: int = 1) -> dict[str, int]:
    with site.database.read() as session:
        return {k.value: v for k, v in store.counts(session, number).items()}


@pytest.mark.parametrize(
    ("act", "rest"),
    [
        (lambda session, _: control.pause(session, 1), "queued"),
        (lambda session, _: control.pause_all(session), "queued"),
        (lambda session, now: control.cancel(session, 1, now), "skipped"),
    ],
    ids=["pause", "pause everything", "cancel"],
)
def test_a_sender_in_another_process_stops_before_it_ends(
    site: Newsletter, start: Callable[..., Process], act: Act, rest: str
) -> None:
    process = start("editions", "send", "1")
    assert wait_until(lambda: mails(site) > 0, 60)
    do(site, act)
    assert wait_until(lambda: "claimed" not in counts(site), SECONDS)
    taken = mails(site)
    process.wait(30)
    assert mails(site) == taken
    found = counts(site)
    assert set(found) == {"sent", rest}
    assert found["sent"] == mails(site) < SUBSCRIBERS


def test_a_serving_process_continues_a_resumed_edition(
    site: Newsletter, start: Callable[..., Process]
) -> None:
    start("serve")
    assert wait_until(lambda: mails(site) > 0, 60)
    do(site, lambda session, _: control.pause(session, 1))
    assert wait_until(lambda: "claimed" not in counts(site), SECONDS)
    before = mails(site)
    do(site, lambda session, _: control.resume(session, 1))
    assert wait_until(lambda: mails(site) > before, SECONDS)


def test_a_bulletin_preempts_a_digest(site: Newsletter, start: Callable[..., Process]) -> None:
    start("serve")
    assert wait_until(lambda: mails(site) > 0, 60)
    draft = BulletinDraft(subject="Water", text="Boil it.")
    # Composed an hour ago, so that its undo window is over.
    do(site, lambda s, now: compose_bulletin(s, site.config, draft, now - timedelta(hours=1)))
    assert wait_until(lambda: is_among_mails(site, b"Subject: Water"), SECONDS)
    assert counts(site)["queued"] > 0


def test_a_resumed_edition_preempts_another(
    site: Newsletter, start: Callable[..., Process]
) -> None:
    start("serve")
    assert wait_until(lambda: mails(site) > 0, 60)
    do(site, lambda session, _: control.pause(session, 1))

    def compose(session: Session, now: datetime) -> None:
        add_article(session, "More news", now)
        compose_digest(session, site.config, site.renderer, "friday", period=None, now=now)

    do(site, compose)
    assert wait_until(lambda: counts(site, 2).get("sent", 0) > 0, 60)
    before = counts(site)["sent"]
    do(site, lambda session, _: control.resume(session, 1))
    assert wait_until(lambda: counts(site)["sent"] > before, SECONDS)
    assert counts(site, 2)["queued"] > 0
