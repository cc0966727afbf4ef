"""The options of a cluster: the broker of the task queue."""

from pydantic import Field, SecretStr

from newsletter.config.kinds import OptionTable, Slug


class ClusterOptions(OptionTable):
    """Sending by many machines: `newsletter worker` on each, one PostgreSQL for all."""

    broker: SecretStr = Field(
        SecretStr(""),
        description="redis://HOST:6379/0 or amqp://HOST:5672 (RabbitMQ), the queue of tasks for "
        "workers; empty: newsletter serve sends by itself",
    )
    queue: Slug = Field(
        "newsletter", description="Name of the queue; a different one for each site on a broker"
    )
