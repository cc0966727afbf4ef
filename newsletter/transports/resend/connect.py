"""Registers our address at Resend: https://resend.com/docs/api-reference/webhooks/create-webhook."""

from newsletter.transports.api.account import Account, WebhookRegistration
from newsletter.transports.api.answers import field
from newsletter.transports.resend.transport import ResendOptions

_TOLD = (
    "email.delivered", "email.bounced", "email.complained", "email.delivery_delayed",
    "email.failed", "email.suppressed",
)  # fmt: skip


def connect(options: ResendOptions, account: Account, address: str) -> WebhookRegistration:
    """One webhook, and the secret of its signatures."""
    url = f"{options.api_url}/webhooks"
    webhooks = field(account.call("GET", url), "data") or []
    number = next((one["id"] for one in webhooks if one.get("endpoint") == address), None)
    webhook = {"endpoint": address, "events": list(_TOLD)}
    if number is None:
        number = field(account.call("POST", url, webhook), "id")
    else:
        account.call("PATCH", f"{url}/{number}", {**webhook, "status": "enabled"})
    secret = field(account.call("GET", f"{url}/{number}"), "signing_secret")
    return WebhookRegistration(
        done=(f"the webhook tells {address} of {', '.join(_TOLD)}",),
        options={"webhook_secret": str(secret)} if secret else {},
    )
