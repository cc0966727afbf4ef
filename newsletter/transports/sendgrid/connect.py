"""Registers our address at SendGrid: https://www.twilio.com/docs/sendgrid/api-reference/webhooks."""

from newsletter.transports.api.account import Account, WebhookRegistration
from newsletter.transports.api.answers import field
from newsletter.transports.sendgrid.transport import SendGridOptions

_TOLD = ("delivered", "bounce", "deferred", "dropped", "spam_report", "unsubscribe")
_NOT_TOLD = ("open", "click", "processed", "group_resubscribe")


def connect(options: SendGridOptions, account: Account, address: str) -> WebhookRegistration:
    """One event webhook, whose calls are signed."""
    url = f"{options.api_url}/v3/user/webhooks/event/settings"
    webhook = {
        "enabled": True,
        "url": address,
        "friendly_name": "newsletter",
        **dict.fromkeys((*_TOLD, "group_unsubscribe"), True),
        **dict.fromkeys(_NOT_TOLD, False),
    }
    webhooks = field(account.call("GET", f"{url}/all"), "webhooks") or []
    number = next((one["id"] for one in webhooks if one.get("url") == address), None)
    if number is None:
        number = field(account.call("POST", url, webhook), "id")
    else:
        account.call("PATCH", f"{url}/{number}", webhook)
    signed = account.call("PATCH", f"{url}/signed/{number}", {"enabled": True})
    done = (f"the event webhook tells {address} of {', '.join(_TOLD)}", "its calls are signed")
    return WebhookRegistration(
        done=done, options={"webhook_public_key": str(field(signed, "public_key") or "")}
    )
