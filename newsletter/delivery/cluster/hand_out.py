"""Sending from many machines: shards of editions as tasks in a Dramatiq queue.

A task only says "send part of edition N"; its worker claims what is due, as the threads of a single
process do. The ledger is authoritative: a lost task is enqueued again at the scheduler's next poll,
a repeated one finds nothing left to claim.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from newsletter.config.tables.cluster import ClusterOptions
from newsletter.delivery.cluster.broker import open_broker
from newsletter.delivery.sending.engine import Engine
from newsletter.errors import NewsletterError
from newsletter.logging import EventLogger

log = EventLogger(__name__)

# After this time a task returns its connection, so that another edition can be sent.
SHARD_DURATION = timedelta(seconds=20)
# Bounds the queue; more workers than this are busy after the next poll.
MAX_QUEUED_TASKS = 32
# At shutdown all mails are recorded; only a broker that may be gone is still to be told.
SHUTDOWN_TIMEOUT = timedelta(seconds=3)


class Cluster:
    """The queue of shards: `hand_out` enqueues them, `working` executes them."""

    def __init__(self, options: ClusterOptions, engine: Engine) -> None:
        """
        Raises:
            ConfigurationError: an unknown broker, or the extra is not installed.
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
        """Prepare due editions and enqueue shards of them, as many as the queue has room for.

        Raises:
            BrokerError: the broker does not answer.
        """
        shards = self._engine.prepare_due(MAX_QUEUED_TASKS)
        if not shards:
            return
        with self._open.answering():
            places = MAX_QUEUED_TASKS - self._open.count_waiting(self._queue)
            for number in round_robin(shards, places):
                self._actor.send(number)

    @contextmanager
    def working(self, threads: int) -> Iterator[None]:
        """Execute shards while the block runs; those under way are finished at its end.

        Call `Engine.stop` before the end of the block to finish them early.
        """
        import dramatiq

        worker = dramatiq.Worker(
            self._open.broker, queues={self._queue}, worker_threads=threads, worker_timeout=500
        )
        # Without prefetching beyond the threads: tasks waiting here are kept from other machines.
        worker.queue_prefetch = threads
        worker.start()
        try:
            yield
        finally:
            with self._changed:
                self._changed.wait_for(lambda: not self._busy)
            worker.stop(int(SHUTDOWN_TIMEOUT.total_seconds() * 1000))

    def close(self) -> None:
        self._open.broker.close()

    def _work(self, number: int) -> None:
        with self._changed:
            self._busy += 1
        try:
            self._engine.send_shard(number, SHARD_DURATION)
        except NewsletterError as error:
            log.error("edition postponed", edition=number, error=str(error))  # noqa: TRY400
        finally:
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()


def round_robin(wishes: Mapping[int, int], places: int) -> list[int]:
    """Assign free places to editions in turn, so that a large edition does not block a small one.

    Args:
        wishes: how many places each edition can use.
    """
    left = dict(wishes)
    order: list[int] = []
    while left and len(order) < places:
        order += list(left)
        left = {number: count - 1 for number, count in left.items() if count > 1}
    return order[: max(places, 0)]
