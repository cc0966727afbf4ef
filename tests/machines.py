"""The machines of a cluster as processes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from processes import Process, wait_until

from newsletter.app import Newsletter
from newsletter.delivery.ledger import store
from newsletter.errors import NewsletterError

Counts = dict[str, int]


@contextmanager
def machine(config: Path, name: str) -> Iterator[Process]:
    """A worker with a state folder of its own, as another machine would have."""
    own = config.with_name(f"{name}.toml")
    folder = f'[sending]\nstate_folder = "{name}"\n'
    own.write_text(config.read_text().replace("[sending]\n", folder))
    command = ("--config", str(own), "worker")
    with own.with_suffix(".log").open("wb") as log:
        process = Process(Path.cwd(), *command, output=log, has_own_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            assert process.wait(15) == 0, own.with_suffix(".log").read_text()
    assert "newsletter/" not in own.with_suffix(".log").read_text(), "a traceback of ours"


def is_ready(config: Path, name: str) -> bool:
    return "Waiting for mails" in config.with_name(f"{name}.log").read_text()


def counts(app: Newsletter, number: int = 1) -> Counts:
    with app.database.read() as session:
        return {state.value: n for state, n in store.counts(session, number).items()}


def hand_out_until(app: Newsletter, is_so: Callable[[Counts], bool]) -> Counts:
    """Enqueue shards as `newsletter serve` does, until a condition holds."""

    def look() -> bool:
        assert app.cluster is not None
        try:
            app.cluster.hand_out()
        except NewsletterError:
            return False  # the next look comes all the same
        return is_so(counts(app))

    wait_until(look, lambda: str(counts(app)))
    return counts(app)


def is_settled(found: Counts) -> bool:
    return not {"queued", "claimed", "deferred"} & set(found)
