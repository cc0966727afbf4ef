"""What goes wrong around a sender, for tests and `make torture`: who is lost, doubled, doubted?

Each fault is done to the real command while it sends; what is left over goes out at a later hour.
The mail server notes who got a mail before it says yes.
"""

import os
import shutil
import signal
import subprocess
import sys
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
from servers import recording_smtp, redis_server, restart_postgresql

from newsletter.app import Newsletter
from newsletter.clock import FixedClock, SystemClock
from newsletter.config.loading import load_config
from newsletter.delivery.ledger import store as ledger_store
from newsletter.editions import store
from newsletter.editions.models import EditionState

PATIENCE_SECONDS = 60
LATER = timedelta(hours=5)
# More than any delivery is put off in a row here.
MOST_ROUNDS = 12


@dataclass(frozen=True, kw_only=True)
class Scene:
    """An edition that is prepared, and who got it.

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

    def wait_for_more(self, sender: "subprocess.Popen[bytes] | threading.Thread") -> bool:
        """Until a step's mails have arrived; False where the sender ended before."""
        enough = len(self.arrived()) + self.step
        end = time.monotonic() + PATIENCE_SECONDS
        while len(self.arrived()) < enough and time.monotonic() < end:
            if not is_running(sender):
                return False
            time.sleep(0.005)
        return True


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of an edition; `allowed` doubts may stand after its faults."""

    faults: int
    arrived: int
    lost: int
    doubled: int
    uncertain: int
    allowed: int

    @property
    def is_held(self) -> bool:
        return not self.lost and not self.doubled and self.uncertain <= self.allowed


def is_running(sender: "subprocess.Popen[bytes] | threading.Thread") -> bool:
    return sender.is_alive() if isinstance(sender, threading.Thread) else sender.poll() is None


def verdict(scene: Scene, faults: int, allowed: int) -> Verdict:
    """Who was lost (recorded as sent, but not arrived, or not settled at all), doubled, doubted."""
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
    """Send what is left, hours later as often as something is put off."""
    now = SystemClock().now()
    for turn in range(1, MOST_ROUNDS):
        with opened(scene.config, now + turn * LATER) as app:
            app.engine.recover()
            app.engine.send(scene.number)
            with app.database.read() as session:
                if store.state_of(session, scene.number) is EditionState.SENT:
                    return


def with_faults(
    scene: Scene, fault: Callable[[], object], times: int, mend: Callable[[], object] = bool
) -> int:
    """Send by the real command with a fault again and again; how often there was one."""
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


def start(config: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """The command, in a process group of its own; its words stand beside the configuration."""
    command = [sys.executable, "-m", "newsletter", "--config", str(config), *arguments]
    with config.with_suffix(".log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)


def database_restarts(scene: Scene, address: str, times: int) -> Verdict:
    """PostgreSQL is stopped as by a crash, and started again."""
    happened = with_faults(scene, lambda: restart_postgresql(address), times)
    return verdict(scene, happened, happened * scene.connections)


def mail_server_dies(scene: Scene, server: ExitStack, times: int) -> Verdict:
    """The SMTP server is killed with its connections open, and is back on the same port."""

    def serve() -> None:
        server.enter_context(recording_smtp(scene.arrivals, delay_ms=10, port=scene.port))

    happened = with_faults(scene, server.close, times, serve)
    return verdict(scene, happened, happened * scene.connections)


def disk_fills(scene: Scene, disk: Path, times: int) -> Verdict:
    """Nothing more can be written where journal and, on SQLite, database are."""
    filler = disk / "filler"
    happened = with_faults(scene, lambda: fill(filler), times, filler.unlink)
    return verdict(scene, happened, happened * scene.connections)


def fill(filler: Path) -> None:
    """Write until the disk takes nothing more."""
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
    """The machine's clock goes forth and back; another machine's believes every lease is over."""
    clock = FixedClock(SystemClock().now())
    other = scene.config.with_name("other-state")
    happened = 0
    app = Newsletter(load_config(scene.config), scene.config, clock)
    sender = threading.Thread(target=app.engine.send, args=[scene.number])
    sender.start()
    for turn in range(times):
        if not scene.wait_for_more(sender):
            break
        clock.at += timedelta(days=(-1) ** turn * (turn + 1))
        later = clock.now() + timedelta(hours=1)
        with opened(scene.config, later, state_folder=other) as elsewhere:
            elsewhere.engine.recover()
        happened += 1
    sender.join()
    app.close()
    send_the_rest(scene)
    return verdict(scene, happened, 0)


def host_vanishes(scene: Scene, times: int) -> Verdict:
    """In a cluster: a machine is gone with its journal while another goes on."""
    batch = load_config(scene.config).sending.batch
    happened = 0
    with opened(scene.config) as app, machine(scene.config, "steady"):
        for turn in range(times):
            with machine(scene.config, f"gone-{turn}") as process:
                hand_out_until(app, _has_gone_on(scene))
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            happened += 1
        hand_out_until(app, lambda found: "queued" not in found)
    send_the_rest(scene)
    return verdict(scene, happened, happened * scene.connections * batch)


def broker_vanishes(scene: Scene, broker: ExitStack, port: int, times: int) -> Verdict:
    """In a cluster: Redis is gone with every task, and comes back empty."""
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
    """Whether a step's mails have arrived since now, or nothing is left."""
    before = len(scene.arrived())
    return lambda found: is_settled(found) or len(scene.arrived()) >= before + scene.step
