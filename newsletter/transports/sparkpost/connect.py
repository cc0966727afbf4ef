"""Registers our address at SparkPost: https://developers.sparkpost.com/api/webhooks/.

SparkPost makes a call at once and refuses an address that does not take it.
"""

from newsletter.transports.api.account import Account, WebhookRegistration
from newsletter.transports.api.answers import field
from newsletter.transports.api.call_proofs import USER
from newsletter.transports.sparkpost.transport import SparkPostOptions

_TOLD = (
    "delivery", "bounce", "delay", "policy_rejection", "out_of_band", "spam_complaint",
    "generation_failure", "generation_rejection", "list_unsubscribe", "link_unsubscribe",
)  # fmt: skip


def connect(options: SparkPostOptions, account: Account, address: str) -> WebhookRegistration:
    """One webhook with basic authentication."""
    url = f"{options.api_url}/api/v1/webhooks"
    password = options.webhook_password.get_secret_value()
    webhook = {
        "name": "newsletter",
        "target": address,
        "events": list(_TOLD),
        "auth_type": "basic",
        "auth_credentials": {"username": USER, "password": password},
    }
    webhooks = field(account.call("GET", url), "results") or []
    number = next((one["id"] for one in webhooks if one.get("target") == address), None)
    if number is None:
        account.call("POST", url, webhook)
    else:
        account.call("PUT", f"{url}/{number}", webhook)
    return WebhookRegistration(done=(f"the webhook tells {address} of {', '.join(_TOLD)}",))
