"""Registers our address at Brevo: https://developers.brevo.com/reference/create-webhook."""

from newsletter.http_client.url_credentials import without_credentials
from newsletter.transports.api.account import (
    Account,
    WebhookRegistration,
    with_password,
)
from newsletter.transports.api.answers import field
from newsletter.transports.brevo.transport import BrevoOptions

_TOLD = (
    "delivered", "hardBounce", "softBounce", "blocked", "spam", "invalid", "deferred",
    "unsubscribed",
)  # fmt: skip


def connect(options: BrevoOptions, account: Account, address: str) -> WebhookRegistration:
    """One transactional webhook; the password stands in its address."""
    url = f"{options.api_url}/v3/webhooks"
    webhook = {
        "url": with_password(address, options.webhook_password.get_secret_value()),
        "description": "newsletter",
        "events": list(_TOLD),
        "type": "transactional",
    }
    # Brevo says 404 where there is none.
    answer = account.call("GET", f"{url}?type=transactional", missing=(404,))
    webhooks = field(answer, "webhooks") or []
    same = (one["id"] for one in webhooks if without_credentials(str(one.get("url"))) == address)
    number = next(same, None)
    if number is None:
        account.call("POST", url, webhook)
    else:
        account.call("PUT", f"{url}/{number}", webhook)
    return WebhookRegistration(done=(f"the webhook tells {address} of {', '.join(_TOLD)}",))
