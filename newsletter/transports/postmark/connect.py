"""Registers our address at Postmark: https://postmarkapp.com/developer/api/webhooks-api."""

from newsletter.transports.api.account import Account, WebhookRegistration
from newsletter.transports.api.answers import field
from newsletter.transports.api.call_proofs import USER
from newsletter.transports.postmark.transport import PostmarkOptions

_TOLD = ("Delivery", "SubscriptionChange")
_TOLD_WITHOUT_CONTENT = ("Bounce", "SpamComplaint")


def connect(options: PostmarkOptions, account: Account, address: str) -> WebhookRegistration:
    """One webhook of the message stream."""
    url, stream = f"{options.api_url}/webhooks", options.message_stream
    triggers = {
        **{name: {"Enabled": False} for name in ("Open", "Click")},
        **{name: {"Enabled": True} for name in _TOLD},
        **{name: {"Enabled": True, "IncludeContent": False} for name in _TOLD_WITHOUT_CONTENT},
    }
    password = options.webhook_password.get_secret_value()
    webhook = {
        "Url": address,
        "HttpAuth": {"Username": USER, "Password": password},
        "Triggers": triggers,
    }
    webhooks = field(account.call("GET", f"{url}?MessageStream={stream}"), "Webhooks") or []
    number = next((one["ID"] for one in webhooks if one.get("Url") == address), None)
    if number is None:
        account.call("POST", url, {**webhook, "MessageStream": stream})
    else:
        account.call("PUT", f"{url}/{number}", webhook)
    names = ", ".join(name for name, trigger in triggers.items() if trigger["Enabled"])
    return WebhookRegistration(done=(f"stream {stream} tells {address} of {names}",))
