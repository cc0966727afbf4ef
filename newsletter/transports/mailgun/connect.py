"""Registers our address at Mailgun.

https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/domain-webhooks
The signing key: https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/account-management
"""

from newsletter.transports.api.account import Account, WebhookRegistration
from newsletter.transports.api.answers import field
from newsletter.transports.mailgun.transport import MailgunOptions

_TOLD = ("delivered", "permanent_fail", "temporary_fail", "complained", "unsubscribed")


def connect(options: MailgunOptions, account: Account, address: str) -> WebhookRegistration:
    """A webhook for each kind of event; addresses of others stay."""
    url = f"{options.api_url}/v3/domains/{options.domain}/webhooks"
    webhooks, done = field(account.call("GET", url), "webhooks") or {}, []
    for name in _TOLD:
        others = field(webhooks, name, "urls") or []
        if address in others:
            done.append(f"{name} is told to {address} already")
        elif others:
            account.call("PUT", f"{url}/{name}", form={"url": [*others, address]})
            done.append(f"{name} is told to {address} too, beside {len(others)} others")
        else:
            account.call("POST", url, form={"id": name, "url": [address]})
            done.append(f"{name} is told to {address}")
    key = field(
        account.call("GET", f"{options.api_url}/v5/accounts/http_signing_key"), "http_signing_key"
    )
    return WebhookRegistration(
        done=tuple(done), options={"webhook_signing_key": str(key)} if key else {}
    )
