"""Faults around a sender: no mail lost or sent twice, uncertain ones marked."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import faults
import pytest
from faults import Scene
from servers import postgresql, recording_smtp
from support import add_article, add_subscriber, smtp_config

from newsletter.clock import SystemClock
from newsletter.editions.compose import compose_digest
from newsletter.editions.models import Edition
from newsletter.migrations.running import upgrade

SUBSCRIBERS = 150
CONNECTIONS = 2


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ExitStack]:
    """The mail server, which tests may stop."""
    with ExitStack() as stack:
        yield stack


def scene(folder: Path, url: str, server: ExitStack) -> Scene:
    """A site with a fanned-out edition."""
    arrivals = folder / "arrived"
    port = server.enter_context(recording_smtp(arrivals, delay_ms=10))
    text = smtp_config(url, port, CONNECTIONS)
    config = folder / "newsletter.toml"
    config.write_text(f'{text}[sending]\nbatch = 20\nstate_folder = "state"\n')
    with faults.opened(config) as app:
        upgrade(app.database)
        now = SystemClock().now()
        with app.database.write() as session:
            add_article(session, "News", now)
            for number in range(SUBSCRIBERS):
                add_subscriber(session, f"p{number}@wexcombe.example", now)
            made = compose_digest(session, app.config, app.renderer, "friday", period=None, now=now)
            assert isinstance(made, Edition)
        app.engine.prepare(1)
    return Scene(
        config=config,
        number=1,
        mails=SUBSCRIBERS,
        connections=CONNECTIONS,
        arrivals=arrivals,
        port=port,
        step=30,
    )


def test_the_mail_server_crashes_and_restarts(tmp_path: Path, server: ExitStack) -> None:
    shown = scene(tmp_path, "sqlite:///newsletter.db", server)
    found = faults.mail_server_dies(shown, server, times=1)
    assert found.faults
    assert found.is_held, found


def test_clock_jumps_forward_and_back(tmp_path: Path, server: ExitStack, database_url: str) -> None:
    found = faults.clock_jumps(scene(tmp_path, database_url, server), times=4)
    assert found.faults
    assert found.is_held, found


def test_the_disk_is_full(tmp_path: Path, server: ExitStack) -> None:
    with faults.small_disk(8) as disk:
        if disk is None:
            pytest.skip("this user may not mount a file system to fill")
        shown = scene(tmp_path, f"sqlite:///{disk}/newsletter.db", server)
        text = shown.config.read_text().replace('"state"', f'"{disk}/state"')
        shown.config.write_text(text)
        found = faults.disk_fills(shown, disk, times=1)
    assert found.faults
    assert found.is_held, found


@pytest.mark.postgresql
def test_the_database_crashes_and_restarts(tmp_path: Path, server: ExitStack) -> None:
    with postgresql() as address:
        url = address.format(name="postgres")
        found = faults.database_restarts(scene(tmp_path, url, server), address, times=1)
    assert found.faults
    assert found.is_held, found
