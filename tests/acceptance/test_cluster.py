"""Many machines: what one hands out, others send, exactly once, whoever dies in between."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from machines import counts, hand_out_until, is_ready, is_settled, machine
from processes import Process, wait_until
from servers import recording_smtp, redis_server
from sqlalchemy import func, select
from support import add_article, add_subscriber, smtp_config

from newsletter.app import Newsletter
from newsletter.clock import Clock, FixedClock, SystemClock
from newsletter.config.loading import load_config
from newsletter.delivery.cluster.broker import BrokerError
from newsletter.delivery.ledger.models import Delivery, DeliveryState
from newsletter.editions.compose import compose_digest
from newsletter.editions.models import Edition

pytestmark = pytest.mark.postgresql
SUBSCRIBERS = 300
CONNECTIONS = 2
BATCH = 20
DELAY_MS = 20


@pytest.fixture
def broker() -> Iterator[ExitStack]:
    """A Redis, to be stopped by whoever likes."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def redis_port(broker: ExitStack) -> int:
    return broker.enter_context(redis_server())


@pytest.fixture
def smtp_port(tmp_path: Path) -> Iterator[int]:
    with recording_smtp(tmp_path / "arrived", DELAY_MS) as port:
        yield port


@pytest.fixture
def site(tmp_path: Path, postgresql_url: str, redis_port: int, smtp_port: int) -> Path:
    """The configuration of a cluster with an edition that is due; its people are there."""
    text = smtp_config(postgresql_url, smtp_port, CONNECTIONS)
    text += f'[sending]\nbatch = {BATCH}\n[cluster]\nbroker = "redis://127.0.0.1:{redis_port}"\n'
    path = tmp_path / "newsletter.toml"
    path.write_text(text)
    app = Newsletter(load_config(path), path)
    now = SystemClock().now()
    with app.database.write() as session:
        add_article(session, "News", now)
        for number in range(SUBSCRIBERS):
            add_subscriber(session, f"p{number}@wexcombe.example", now)
        made = compose_digest(session, app.config, app.renderer, "friday", period=None, now=now)
        assert isinstance(made, Edition)
    app.close()
    return path


@contextmanager
def opened(config: Path, clock: Clock | None = None) -> Iterator[Newsletter]:
    """The site as the machine with the schedule sees it."""
    path = config.with_name("scheduler.toml")
    path.write_text(config.read_text())
    app = Newsletter(load_config(path), path, clock)
    try:
        yield app
    finally:
        app.close()


def arrived(config: Path) -> Counter[str]:
    path = config.with_name("arrived")
    return Counter(path.read_text().split()) if path.exists() else Counter()


def everybody() -> Counter[str]:
    return Counter({f"p{number}@wexcombe.example": 1 for number in range(SUBSCRIBERS)})


def machines_that_sent(app: Newsletter) -> int:
    """How many processes stand in the ledger; a worker's name is host, process and a number."""
    with app.database.read() as session:
        names = session.scalars(select(Delivery.worker).distinct()).all()
    return len({name.rpartition("-")[0] for name in names if name})


def claims_of(app: Newsletter, process: Process) -> int:
    """How many deliveries a process has claimed and not settled."""
    query = select(func.count()).where(Delivery.state == DeliveryState.CLAIMED)
    with app.database.read() as session:
        return session.scalars(query.where(Delivery.worker.contains(f"-{process.pid}-"))).one()


def test_two_machines_send_each_delivery_once(site: Path) -> None:
    with opened(site) as app, machine(site, "one"), machine(site, "two"):
        wait_until(lambda: is_ready(site, "one") and is_ready(site, "two"))
        assert hand_out_until(app, is_settled) == {"sent": SUBSCRIBERS}
        assert machines_that_sent(app) == 2
    assert arrived(site) == everybody()


def test_a_quota_holds_across_machines(site: Path) -> None:
    site.write_text(site.read_text() + "[limits.default]\nper_day = 70\n")
    with opened(site) as app:
        with machine(site, "one"), machine(site, "two"):
            hand_out_until(app, lambda found: found.get("sent", 0) >= 70)
        assert counts(app) == {"sent": 70, "queued": SUBSCRIBERS - 70}
    assert sum(arrived(site).values()) == 70


def kill_in_the_middle(app: Newsletter, process: Process) -> None:
    """Kill all processes of the machine while it holds claims."""
    hand_out_until(app, lambda found: found.get("sent", 0) > 20)
    hand_out_until(app, lambda _: claims_of(app, process) > 0)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def test_a_killed_machine_recovers_its_deliveries_on_restart(site: Path) -> None:
    with opened(site) as app:
        with machine(site, "one") as killed:
            kill_in_the_middle(app, killed)
        with machine(site, "one"), machine(site, "two"):
            found = hand_out_until(app, is_settled)
    assert set(found) <= {"sent", "uncertain"}
    assert found.get("uncertain", 0) <= CONNECTIONS
    assert set(arrived(site).values()) == {1}
    assert found["sent"] <= len(arrived(site)) <= sum(found.values()) == SUBSCRIBERS


def test_claims_of_a_lost_machine_become_uncertain_and_are_not_resent(site: Path) -> None:
    with opened(site) as app:
        with machine(site, "one") as vanished:
            kill_in_the_middle(app, vanished)
        held = claims_of(app, vanished)
        with machine(site, "two"):
            left = {"sent": SUBSCRIBERS - held, "claimed": held}
            hand_out_until(app, lambda found: found == left)
    with opened(site, FixedClock(SystemClock().now() + timedelta(hours=2))) as app:
        app.engine.recover()
        assert hand_out_until(app, is_settled) == {"sent": SUBSCRIBERS - held, "uncertain": held}
    assert 0 < held <= CONNECTIONS * BATCH
    assert set(arrived(site).values()) == {1}


def test_an_edition_continues_after_the_broker_loses_its_queue(
    site: Path, redis_port: int, broker: ExitStack
) -> None:
    with opened(site) as app, machine(site, "one"), machine(site, "two"):
        hand_out_until(app, lambda found: found.get("sent", 0) > 20)
        broker.close()
        assert app.cluster is not None
        with pytest.raises(BrokerError, match="what is due waits"):
            app.cluster.hand_out()
        with redis_server(redis_port):
            assert hand_out_until(app, is_settled) == {"sent": SUBSCRIBERS}
    assert arrived(site) == everybody()


def test_workers_stopped_by_signal_leave_nothing_uncertain(site: Path) -> None:
    with opened(site) as app:
        with machine(site, "one"), machine(site, "two"):
            hand_out_until(app, lambda found: found.get("sent", 0) > 20)
        found = counts(app)
    assert set(found) == {"sent", "queued"}
    assert found["sent"] == sum(arrived(site).values())
