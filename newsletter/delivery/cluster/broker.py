"""Where shards wait for workers: Redis or RabbitMQ, spoken to by Dramatiq.

Dramatiq and the drivers are an extra, so they are imported when a broker is opened.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.errors import ConfigurationError, NewsletterError

if TYPE_CHECKING:
    import dramatiq

INSTALL = "pip install 'newsletter[cluster]'"
# The broker may be asked so long for an answer; an edition waits for no broker that hangs.
PATIENCE_SECONDS = 10


class BrokerError(NewsletterError):
    """The broker does not answer; nothing is lost, what is due is handed out later."""


@dataclass(frozen=True, kw_only=True)
class OpenBroker:
    """A broker that can be used.

    Args:
        broker: Dramatiq's.
        count_waiting: how many tasks of a queue nobody has taken yet.
        faults: what is raised where the broker does not answer.
    """

    broker: "dramatiq.Broker"
    count_waiting: Callable[[str], int]
    faults: tuple[type[Exception], ...]

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Turn what is raised where the broker does not answer into `BrokerError`."""
        try:
            yield
        except self.faults as error:
            raise BrokerError(
                f"the broker of cluster.broker does not answer ({error}); "
                "what is due waits until it does"
            ) from error


def open_broker(address: str) -> OpenBroker:
    """The broker of an address; nothing is asked of it yet.

    Without Dramatiq's usual middleware: it would end a task by an exception in the middle of a
    mail, or repeat one, and both are the ledger's business.

    Raises:
        ConfigurationError: no broker that is known, or the extra is not installed.
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

    # Once more at once, for a connection that went stale; whoever asks comes again by herself.
    client = redis.Redis.from_url(
        address,
        socket_timeout=PATIENCE_SECONDS,
        socket_connect_timeout=PATIENCE_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )
    broker = RedisBroker(client=client, middleware=[])  # type: ignore[no-untyped-call]

    def count(queue: str) -> int:
        # The broker's own size counts what dead workers took as well, until it gives them up.
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
