"""Many machines: shards of an edition are handed out through a broker, by Dramatiq.

A task says no more than "send of edition N": whoever takes it claims what is due, as the threads
of a single process do. The ledger is the truth: a lost task is handed out again by the next look
of any scheduler, a repeated one finds nothing left to claim.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

import structlog

from newsletter.config.cluster import ClusterOptions
from newsletter.delivery.cluster.broker import open_broker
from newsletter.delivery.sending.engine import Engine
from newsletter.errors import NewsletterError

log = structlog.get_logger()

# So long one task holds a connection: then another edition may have its turn.
SHARD_LASTS = timedelta(seconds=20)
# So many tasks wait at the broker at most; more workers than this are busy after the next look.
MOST_WAITING = 32
# At the end the mails are recorded; only the broker is still to be told, and it may be gone.
LAST_WORDS = timedelta(seconds=3)


class Cluster:
    """The queue of shards: one side hands out, the other works."""

    def __init__(self, options: ClusterOptions, engine: Engine) -> None:
        """
        Raises:
            ConfigurationError: the broker is none that is known, or the extra is not installed.
        """
        self._engine = engine
        self._queue = options.queue
        self._open = open_broker(options.broker.get_secret_value())
        import dramatiq

        self._actor = dramatiq.Actor(
            self._work,
            broker=self._open.broker,
            actor_name="send_shard",
            queue_name=self._queue,
            priority=0,
            options={},
        )
        self._busy = 0
        self._changed = threading.Condition()

    def hand_out(self) -> None:
        """Prepare what is due and hand out shards of it, as many as the queue has places for.

        Raises:
            BrokerError: the broker does not answer.
        """
        wanted = self._engine.prepare_due(MOST_WAITING)
        if not wanted:
            return
        with self._open.answering():
            places = MOST_WAITING - self._open.count_waiting(self._queue)
            for number in in_turn(wanted, places):
                self._actor.send(number)

    @contextmanager
    def working(self, threads: int) -> Iterator[None]:
        """Take shards while the block runs; at its end those under way are finished.

        `Engine.stop` before the end of the block lets them finish at once.
        """
        import dramatiq

        worker = dramatiq.Worker(
            self._open.broker, queues={self._queue}, worker_threads=threads, worker_timeout=500
        )
        # Take no more than is worked on: what waits here would be kept from other machines.
        worker.queue_prefetch = threads
        worker.start()
        try:
            yield
        finally:
            with self._changed:
                self._changed.wait_for(lambda: not self._busy)
            worker.stop(int(LAST_WORDS.total_seconds() * 1000))

    def close(self) -> None:
        self._open.broker.close()

    def _work(self, number: int) -> None:
        with self._changed:
            self._busy += 1
        try:
            self._engine.send_shard(number, SHARD_LASTS)
        except NewsletterError as error:
            log.error("edition held up", edition=number, error=str(error))  # noqa: TRY400
        finally:
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()


def in_turn(wanted: Mapping[int, int], places: int) -> list[int]:
    """Which edition each free place goes to: in turn, so that a large one holds up no small one.

    Args:
        wanted: how many places each edition has use for.
    """
    left = dict(wanted)
    order: list[int] = []
    while left and len(order) < places:
        order += list(left)
        left = {number: count - 1 for number, count in left.items() if count > 1}
    return order[: max(places, 0)]
