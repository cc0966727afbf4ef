"""Registers our address at Mailtrap: https://docs.mailtrap.io/email-api-smtp/advanced/webhooks."""

from newsletter.transports.api.account import Account, WebhookRegistration
from newsletter.transports.api.answers import field
from newsletter.transports.mailtrap.transport import MailtrapOptions

_TOLD = (
    "delivery", "soft_bounce", "bounce", "suspension", "unsubscribe", "spam_complaint", "reject",
)  # fmt: skip


def connect(options: MailtrapOptions, account: Account, address: str) -> WebhookRegistration:
    """One webhook of the stream; made anew, since its secret is told at that moment only."""
    url = f"{options.account_url}/api/webhooks"
    for one in field(account.call("GET", url), "data") or []:
        if one.get("url") == address:
            account.call("DELETE", f"{url}/{one['id']}")
    stream = "transactional" if "//send." in options.api_url else "bulk"
    webhook = {
        "url": address,
        "webhook_type": "email_sending",
        "payload_format": "json",
        "sending_stream": stream,
        "event_types": list(_TOLD),
    }
    answer = account.call("POST", url, {"webhook": webhook})
    secret = field(answer, "data", "signing_secret")
    return WebhookRegistration(
        done=(f"the {stream} stream tells {address} of {', '.join(_TOLD)}",),
        options={"webhook_secret": str(secret)} if secret else {},
    )
