"""Faults around a sender, for tests and `make torture`: mails lost, duplicated, uncertain.

Each fault is done to the real command while it sends; what is left over goes out at a later hour.
The mail server notes who got a mail before it says yes.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from machines import Counts, hand_out_until, is_settled, machine
from processes import Process
from servers import recording_smtp, redis_server, restart_postgresql
from threads import ended, started

from newsletter.app import Newsletter
from newsletter.clock import FixedClock, SystemClock
from newsletter.config.loading import load_config
from newsletter.delivery.ledger import store as ledger_store
from newsletter.editions import store
from newsletter.editions.models import EditionState

PATIENCE_SECONDS = 60
LATER = timedelta(hours=5)
# More than the consecutive deferrals of any delivery here.
MAX_ROUNDS = 12


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A fanned-out edition and its recipients.

    Args:
        port: of the mail server.
        step: so many mails arrive between one fault and the next.
    """

    config: Path
    number: int
    mails: int
    connections: int
    arrivals: Path
    port: int
    step: int

    def arrived(self) -> list[str]:
        return self.arrivals.read_text().split() if self.arrivals.exists() else []

    def wait_for_more(self, sender: "Process | threading.Thread") -> bool:
        """Wait for more mails to arrive; False where the sender ended before."""
        enough = len(self.arrived()) + self.step
        end = time.monotonic() + PATIENCE_SECONDS
        while len(self.arrived()) < enough and time.monotonic() < end:
            if not is_running(sender):
                return False
            time.sleep(0.005)
        return True


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The result of an edition; `allowed` uncertain deliveries may result from its faults."""

    faults: int
    arrived: int
    lost: int
    doubled: int
    uncertain: int
    allowed: int

    @property
    def is_held(self) -> bool:
        return not self.lost and not self.doubled and self.uncertain <= self.allowed


def is_running(sender: "Process | threading.Thread") -> bool:
    return sender.is_alive() if isinstance(sender, threading.Thread) else sender.poll() is None


def verdict(scene: Scene, faults: int, allowed: int) -> Verdict:
    """Count lost (sent but not arrived, or unsettled), duplicated and uncertain mails."""
    with opened(scene.config) as app, app.database.read() as session:
        counts = {state.value: n for state, n in ledger_store.counts(session, scene.number).items()}
    mailed = Counter(scene.arrived())
    sent, uncertain = counts.get("sent", 0), counts.get("uncertain", 0)
    return Verdict(
        faults=faults,
        arrived=len(mailed),
        lost=max(scene.mails - sent - uncertain, sent - len(mailed), 0),
        doubled=sum(count > 1 for count in mailed.values()),
        uncertain=uncertain,
        allowed=allowed,
    )


@contextmanager
def opened(
    config: Path, at: datetime | None = None, state_folder: Path | None = None
) -> Iterator[Newsletter]:
    """The site, at another hour or as another machine with journals of its own."""
    options = load_config(config)
    if state_folder:
        sending = options.sending.model_copy(update={"state_folder": str(state_folder)})
        options = options.model_copy(update={"sending": sending})
    app = Newsletter(options, config, FixedClock(at) if at else None)
    try:
        yield app
    finally:
        app.close()


def send_the_rest(scene: Scene) -> None:
    """Send the rest, advancing the clock as long as something is deferred."""
    now = SystemClock().now()
    for turn in range(1, MAX_ROUNDS):
        with opened(scene.config, now + turn * LATER) as app:
            app.engine.recover()
            app.engine.send(scene.number)
            with app.database.read() as session:
                if store.state_of(session, scene.number) is EditionState.SENT:
                    return


def with_faults(
    scene: Scene, fault: Callable[[], object], times: int, mend: Callable[[], object] = bool
) -> int:
    """Send by the real command with repeated faults; returns how many."""
    happened = 0
    for _ in range(times):
        sender = start(scene.config, "editions", "send", str(scene.number))
        if not scene.wait_for_more(sender):
            break
        fault()
        happened += 1
        sender.wait(PATIENCE_SECONDS)
        mend()
    send_the_rest(scene)
    return happened


def start(config: Path, *arguments: str) -> Process:
    """The command in its own process group; its output is beside the configuration."""
    command = ("--config", str(config), *arguments)
    with config.with_suffix(".log").open("ab") as log:
        return Process(Path.cwd(), *command, output=log, has_own_session=True)


def database_restarts(scene: Scene, address: str, times: int) -> Verdict:
    """Crash PostgreSQL and restart it."""
    happened = with_faults(scene, lambda: restart_postgresql(address), times)
    return verdict(scene, happened, happened * scene.connections)


def mail_server_dies(scene: Scene, server: ExitStack, times: int) -> Verdict:
    """Kill the SMTP server with open connections, and restart it on the same port."""

    def serve() -> None:
        server.enter_context(recording_smtp(scene.arrivals, delay_ms=10, port=scene.port))

    happened = with_faults(scene, server.close, times, serve)
    return verdict(scene, happened, happened * scene.connections)


def disk_fills(scene: Scene, disk: Path, times: int) -> Verdict:
    """Fill the disk of the journal and, on SQLite, the database."""
    filler = disk / "filler"
    happened = with_faults(scene, lambda: fill(filler), times, filler.unlink)
    return verdict(scene, happened, happened * scene.connections)


def fill(filler: Path) -> None:
    """Write until the disk is full."""
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 512):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                pass


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path | None]:
    """A file system of its own; None where this user may not mount one."""
    folder = Path(tempfile.mkdtemp(prefix="newsletter-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
        if done.returncode:
            yield None
            return
        try:
            yield folder
        finally:
            subprocess.run(["umount", "-l", str(folder)], check=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clock_jumps(scene: Scene, times: int) -> Verdict:
    """Let the clock jump forward and back; another machine sees every lease expired."""
    clock = FixedClock(SystemClock().now())
    other = scene.config.with_name("other-state")
    happened = 0
    app = Newsletter(load_config(scene.config), scene.config, clock)
    sender = started(app.engine.send, scene.number)
    for turn in range(times):
        if not scene.wait_for_more(sender):
            break
        clock.at += timedelta(days=(-1) ** turn * (turn + 1))
        later = clock.now() + timedelta(hours=1)
        with opened(scene.config, later, state_folder=other) as elsewhere:
            elsewhere.engine.recover()
        happened += 1
    ended(sender)
    app.close()
    send_the_rest(scene)
    return verdict(scene, happened, 0)


def host_vanishes(scene: Scene, times: int) -> Verdict:
    """In a cluster: a machine and its journal are lost while another continues."""
    batch = load_config(scene.config).sending.batch
    happened = 0
    with opened(scene.config) as app, machine(scene.config, "steady"):
        for turn in range(times):
            with machine(scene.config, f"gone-{turn}") as process:
                hand_out_until(app, _has_gone_on(scene))
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(PATIENCE_SECONDS)
            happened += 1
        hand_out_until(app, lambda found: "queued" not in found)
    send_the_rest(scene)
    return verdict(scene, happened, happened * scene.connections * batch)


def broker_vanishes(scene: Scene, broker: ExitStack, port: int, times: int) -> Verdict:
    """In a cluster: Redis is lost with every task, and restarts empty."""
    happened = 0
    with opened(scene.config) as app, machine(scene.config, "one"), machine(scene.config, "two"):
        for _ in range(times):
            hand_out_until(app, _has_gone_on(scene))
            broker.close()
            happened += 1
            broker.enter_context(redis_server(port))
        hand_out_until(app, is_settled)
    send_the_rest(scene)
    return verdict(scene, happened, 0)


def _has_gone_on(scene: Scene) -> Callable[[Counts], bool]:
    """Whether more mails have arrived, or nothing is left."""
    before = len(scene.arrived())
    return lambda found: is_settled(found) or len(scene.arrived()) >= before + scene.step
