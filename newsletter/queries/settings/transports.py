"""Transports for display: kind, and whether their provider tells what became of mails."""

from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.actions.transports import TransportsContext
from newsletter.errors import ConfigurationError
from newsletter.transports.api.webhooks import HasWebhook


@dataclass(frozen=True, kw_only=True)
class TransportView:
    """One transport."""

    name: str
    kind: str
    webhook: str
    """The path of the address that its provider is to call; empty: it tells nothing."""
    missing: tuple[str, ...]
    """The options without which the provider's calls are refused."""
    problem: str
    """Why it cannot be used as configured; empty: it can."""


def transports(context: TransportsContext) -> Iterator[TransportView]:
    """Every configured transport, in the order of the configuration."""
    for name, table in context.config.transports.items():
        webhook, problem = "", ""
        missing: tuple[str, ...] = ()
        try:
            transport = context.transport(name)
        except ConfigurationError as error:
            problem = str(error)
        else:
            if isinstance(transport, HasWebhook):
                options = transport.webhook()
                webhook = f"/webhooks/{name}"
                missing = () if options.is_ready else options.needs
        yield TransportView(
            name=name,
            kind=str(table.get("kind", "")),
            webhook=webhook,
            missing=missing,
            problem=problem,
        )
