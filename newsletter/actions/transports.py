"""Actions on transports: have a provider tell us what became of mails."""

import secrets
from typing import Protocol

from newsletter.actions.action import Job, long_action
from newsletter.actions.context import Context
from newsletter.errors import ConfigurationError, Conflict, ResourceNotFound, SendingRefused
from newsletter.staff.permissions import Permission
from newsletter.transports.api.account import Connectable, WebhookRegistration
from newsletter.transports.api.webhooks import HasWebhook, webhook_address
from newsletter.transports.base import Transport

KIND = "transport"


class TransportsContext(Context, Protocol):
    """What connecting needs of the program."""

    def transport(self, name: str) -> Transport:
        """The configured transport of this name.

        Raises:
            SendingRefused: there is no such transport.
        """


@long_action(Permission.ADMINISTER)
def connect(job: Job[TransportsContext], name: str) -> WebhookRegistration:
    """Register the site's address at a transport's provider.

    What it says of options has to be set afterwards, so that the provider's calls are taken.

    Raises:
        ConfigurationError: the site is not reached by https, or a password is missing.
        ConnectFailed: the provider refuses, or does not answer.
        Conflict: the transport has no provider.
        ResourceNotFound: there is no such transport.
    """
    try:
        transport = job.context.transport(name)
    except SendingRefused as error:
        raise ResourceNotFound(str(error)) from error
    if not (isinstance(transport, Connectable) and isinstance(transport, HasWebhook)):
        raise Conflict(f"transports.{name} has no provider that tells what became of mails")
    site = job.context.config.site
    webhook = transport.webhook()
    if webhook.has_password and not webhook.is_ready:
        raise ConfigurationError(
            f"transports.{name}.{webhook.needs[0]}: it is needed first; for example "
            f"{secrets.token_urlsafe(24)}"
        )
    job.about(KIND, name)
    job.begin()
    connection = transport.connect(webhook_address(site.base_url, name))
    job.counts["steps"] = len(connection.done)
    return connection
