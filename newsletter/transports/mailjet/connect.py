"""Registers our address at Mailjet: https://dev.mailjet.com/email/reference/webhook/."""

from newsletter.http_client.url_credentials import without_credentials
from newsletter.transports.api.account import (
    Account,
    ConnectFailed,
    WebhookRegistration,
    with_password,
)
from newsletter.transports.api.answers import field
from newsletter.transports.mailjet.transport import MailjetOptions

_TOLD = ("sent", "bounce", "blocked", "spam", "unsub")


def connect(options: MailjetOptions, account: Account, address: str) -> WebhookRegistration:
    """An address for each kind of event; Mailjet has one of each kind.

    Raises:
        ConnectFailed: somebody else's address is there.
    """
    url = f"{options.api_url}/v3/REST/eventcallbackurl"
    listed = field(account.call("GET", f"{url}?Limit=100"), "Data") or []
    callbacks = {one["EventType"]: one for one in listed if not one.get("IsBackup")}
    for name in _TOLD:
        there = without_credentials(str(callbacks[name]["Url"])) if name in callbacks else address
        if there != address:
            raise ConnectFailed(
                f"Mailjet tells {there} of {name} and has room for one address; remove it there"
            )
    password = options.webhook_password.get_secret_value()
    # Version 2 groups events.
    callback = {"Url": with_password(address, password), "Version": 2, "Status": "alive"}
    for name in _TOLD:
        if name in callbacks:
            account.call("PUT", f"{url}/{callbacks[name]['ID']}", callback)
        else:
            account.call("POST", url, {**callback, "EventType": name})
    return WebhookRegistration(done=tuple(f"{name} is told to {address}" for name in _TOLD))
