"""A cluster on one machine: real PostgreSQL and Redis, two workers, and a kill in the middle.

`make cluster-demo` runs it; an argument is the number of subscribers. The scheduler is
`newsletter serve`, as it would be anywhere; a small mail server notes who got a mail.
"""

import json
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from processes import Process, run
from servers import free_port, postgresql, recording_smtp, redis_server

from newsletter.app import Newsletter
from subscribers import membership
from subscribers.consent import ConsentOrigin
from subscribers.membership import Signup
from subscribers.models import Frequency

SUBSCRIBERS = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
ORIGIN = ConsentOrigin(source="demonstration")
CONFIG = """
[site]
name = "Wexcombe Forward"
base_url = "https://wexcombe.example"
secret_key = "only this demonstration knows it"
[site.imprint]
promoter = "M. Hallam"
promoter_address = "4 Mill Lane, Little Wexcombe"
[database]
url = "{database}"
[senders.default]
address = "news@wexcombe.example"
[transports.default]
kind = "smtp"
host = "127.0.0.1"
port = {smtp}
security = "plain"
connections = 4
[sending]
state_folder = "{machine}-state"
batch = 50
[cluster]
broker = "redis://127.0.0.1:{redis}"
[digests.weekly]
name = "The weekly digest"
[web]
port = {web}
"""
ARTICLE = """[{"title": "The library stays open", "date": "2026-01-02",
  "body": "<p>The council voted for it.</p>"}]"""


def main() -> None:
    """Start everything, send an edition, print what became of it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cluster-")))
        ports = {
            "database": stack.enter_context(postgresql()).format(name="postgres"),
            "redis": stack.enter_context(redis_server()),
            "smtp": stack.enter_context(recording_smtp(folder / "arrived", delay_ms=20)),
            "web": free_port(),
        }
        for name in ("office", "one", "two"):
            (folder / f"{name}.toml").write_text(CONFIG.format(machine=name, **ports))
        _fill(folder)
        processes = [_start(folder, "one", "worker"), _start(folder, "two", "worker")]
        processes.append(_start(folder, "office", "serve"))
        stack.callback(_stop, processes)
        _run(folder, "digest", "send", "weekly", "--queue")
        _watch(folder, processes)
        _tell(folder)


def _fill(folder: Path) -> None:
    (folder / "articles.json").write_text(ARTICLE)
    _run(folder, "db", "upgrade")
    _run(folder, "articles", "import", "articles.json")
    app = Newsletter.from_file(folder / "office.toml")
    with app.database.write() as session:
        for number in range(SUBSCRIBERS):
            address = f"reader{number}@d{number % 50}.example"
            joining = Signup(address=address, name="", topics=(), frequency=Frequency.EVERYTHING)
            membership.join(
                session, app.secret, joining, origin=ORIGIN, proven=True, now=app.clock.now()
            )
    app.close()


def _run(folder: Path, *arguments: str) -> str:
    done = run(folder, "--config", "office.toml", *arguments)
    done.check_returncode()
    return done.stdout


def _start(folder: Path, machine: str, what: str) -> Process:
    with (folder / f"{machine}.log").open("wb") as log:
        return Process(folder, "--config", f"{machine}.toml", what, output=log)


def _stop(processes: list[Process]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait(30)


def _watch(folder: Path, processes: list[Process]) -> None:
    """Tell the counts until the edition is sent; kill a worker when a third is done."""
    victim = processes[0]
    while True:
        shown = json.loads(_run(folder, "editions", "show", "1", "--json"))
        counts = shown["deliveries"]
        print(f"{shown['state']}: {counts}", flush=True)
        if shown["state"] == "sent":
            return
        if victim.poll() is None and counts.get("sent", 0) > SUBSCRIBERS / 3:
            victim.kill()
            victim.wait(10)
            print("one worker is killed; started again, it reads its journal", flush=True)
            processes.append(_start(folder, "one", "worker"))
        time.sleep(1)


def _tell(folder: Path) -> None:
    arrived = Counter((folder / "arrived").read_text().split())
    print(f"\n{len(arrived)} of {SUBSCRIBERS} people got the mail, ", end="")
    print(f"{sum(count > 1 for count in arrived.values())} of them twice.")
    print(_run(folder, "editions", "show", "1"))


if __name__ == "__main__":
    main()
