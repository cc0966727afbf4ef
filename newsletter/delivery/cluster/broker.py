"""The message broker of a cluster: Redis or RabbitMQ, through Dramatiq.

Dramatiq and the drivers are an optional extra, so they are imported when a broker is opened.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.errors import ConfigurationError, NewsletterError

if TYPE_CHECKING:
    import dramatiq

INSTALL = "pip install 'newsletter[cluster]'"
# Limits how long a broker that hangs blocks a process.
BROKER_TIMEOUT_SECONDS = 10


class BrokerError(NewsletterError):
    """The broker does not answer; what is due is enqueued later."""


@dataclass(frozen=True, kw_only=True)
class OpenBroker:
    """An opened broker.

    Args:
        count_waiting: how many tasks of a queue no worker has taken yet.
        faults: the exceptions raised where the broker does not answer.
    """

    broker: "dramatiq.Broker"
    count_waiting: Callable[[str], int]
    faults: tuple[type[Exception], ...]

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Convert the driver's exceptions to `BrokerError`."""
        try:
            yield
        except self.faults as error:
            raise BrokerError(
                f"the broker of cluster.broker does not answer ({error}); "
                "what is due waits until it does"
            ) from error


def open_broker(address: str) -> OpenBroker:
    """Open the broker of a URL; does not connect yet.

    Dramatiq's default middleware is left out: it would abort a task in the middle of a mail, or
    retry one, and both are the ledger's job.

    Raises:
        ConfigurationError: an unknown scheme, or the extra is not installed.
    """
    scheme = address.partition("://")[0]
    openers = {"redis": _redis, "rediss": _redis, "amqp": _rabbitmq, "amqps": _rabbitmq}
    if scheme not in openers:
        raise ConfigurationError(
            "cluster.broker is neither redis://HOST:6379/0 nor amqp://HOST:5672"
        )
    try:
        return openers[scheme](address)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"cluster.broker needs Dramatiq and the broker's driver; install them with: {INSTALL}"
        ) from error
    except ValueError as error:
        raise ConfigurationError(f"cluster.broker is no address: {error}") from error


def _redis(address: str) -> OpenBroker:
    import redis
    from dramatiq.brokers.redis import RedisBroker
    from dramatiq.errors import DramatiqError
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    # One immediate retry for a stale connection; callers retry later by themselves.
    client = redis.Redis.from_url(
        address,
        socket_timeout=BROKER_TIMEOUT_SECONDS,
        socket_connect_timeout=BROKER_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )
    broker = RedisBroker(client=client, middleware=[])  # type: ignore[no-untyped-call]

    def count(queue: str) -> int:
        # Dramatiq's own count includes tasks taken by dead workers until it reclaims them.
        waiting: int = client.llen(f"{broker.namespace}:{queue}")
        return waiting

    faults = (DramatiqError, redis.RedisError, OSError)
    return OpenBroker(broker=broker, count_waiting=count, faults=faults)


def _rabbitmq(address: str) -> OpenBroker:
    import pika
    from dramatiq.brokers.rabbitmq import RabbitmqBroker
    from dramatiq.errors import DramatiqError

    broker = RabbitmqBroker(url=address, middleware=[])
    return OpenBroker(
        broker=broker,
        count_waiting=lambda queue: broker.get_queue_message_counts(queue)[0],
        faults=(DramatiqError, pika.exceptions.AMQPError, OSError),
    )
