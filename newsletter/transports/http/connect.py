"""A service of the operator's own has no API to register at."""

from newsletter.transports.api.account import Account, WebhookRegistration
from newsletter.transports.http.transport import HttpOptions


def connect(options: HttpOptions, account: Account, address: str) -> WebhookRegistration:
    """Say where the service is to call."""
    return WebhookRegistration(
        done=(f"nothing done: have the service at {options.api_url} call {address}",)
    )
