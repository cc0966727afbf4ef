"""Proofs of a call's origin, compared in constant time."""

import base64
import binascii
import hmac
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field, SecretStr

from newsletter.transports.api.options import ApiOptions
from newsletter.transports.api.standard_webhooks import key_of, signature
from newsletter.transports.api.webhooks import NotProven, Webhook, WebhookCall

USER = "newsletter"
"""The name that goes with a webhook's password."""
# "a tolerance of five minutes" (Standard Webhooks, verification).
TOLERANCE = timedelta(minutes=5)
MAX_RETRY_AGE = timedelta(hours=25)
"""Beyond a day nobody repeats a call with its first signature."""


class PasswordOptions(ApiOptions):
    """Options of a provider that proves itself by a password of ours."""

    webhook_password: SecretStr = Field(
        SecretStr(""),
        description="Password of the provider's calls that tell of bounces; empty: none are taken "
        "(`newsletter transports connect` makes one)",
    )


class PasswordWebhook(Webhook):
    """Calls with basic authentication (RFC 7617), over https."""

    needs = ("webhook_password",)
    has_password = True

    def prove(self, call: WebhookCall, now: datetime) -> None:
        password = self.options.webhook_password.get_secret_value()
        expected = base64.b64encode(f"{USER}:{password}".encode()).decode()
        kind, _, credential = call.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "basic" or not same(credential.strip(), expected):
            raise NotProven("the password of the call is wrong or missing")


class SecretOptions(ApiOptions):
    """Options of a provider that signs its calls with a secret."""

    webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret of the provider's calls that tell of bounces; empty: none are taken "
        "(`newsletter transports connect` fetches it)",
    )


def prove_standard_webhook(secret: str, call: WebhookCall, now: datetime, prefix: str) -> None:
    """Standard Webhooks, or svix with its own prefix: an id, a time, and signatures in a list.

    Raises:
        NotProven: none of the signatures fits, or it is older than five minutes.
    """
    number, moment = (call.headers.get(f"{prefix}-{name}", "") for name in ("id", "timestamp"))
    try:
        expected = signature(key_of(secret), number, moment, call.body)
    except ValueError as error:
        raise NotProven(f"the secret is wrong: {error}") from error
    credential = call.headers.get(f"{prefix}-signature", "").split()
    # All are compared, so that the time says nothing.
    if not number or not any([same(one, expected) for one in credential]):  # noqa: C419
        raise NotProven("the signature of the call is wrong or missing")
    require_recent(moment, now, TOLERANCE)


def require_recent(moment: Any, now: datetime, window: timedelta) -> None:
    """
    Args:
        moment: seconds since 1970, as signed.

    Raises:
        NotProven: it is further from now than the window.
    """
    try:
        distance = abs(now.timestamp() - float(moment))
    except (TypeError, ValueError, OverflowError):
        raise NotProven("the call says no time") from None
    if not distance <= window.total_seconds():
        raise NotProven("the call is from long ago")


def same(credential: str, expected: str) -> bool:
    """Whether two texts are the same, in a time that does not say where they differ."""
    return hmac.compare_digest(credential.encode("utf-8", "replace"), expected.encode())


def decoded(text: str) -> bytes:
    """
    Raises:
        NotProven: it is no Base64.
    """
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotProven("the signature of the call is no Base64") from error
