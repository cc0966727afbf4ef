"""Signatures of the messages of SNS, and of services that speak its protocol.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from newsletter.errors import FetchError
from newsletter.http_client.fetching import fetch
from newsletter.transports.api.call_proofs import MAX_RETRY_AGE, decoded, require_recent
from newsletter.transports.api.webhooks import NotProven, moment

Fetch = Callable[[str], bytes]

_MAX_CERTIFICATE_BYTES = 20_000
_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = (
    "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type",
)  # fmt: skip
_SIGNED = {
    "Notification": _NOTIFICATION,
    "SubscriptionConfirmation": _CONFIRMATION,
    "UnsubscribeConfirmation": _CONFIRMATION,
}
_HASHES: dict[str, hashes.HashAlgorithm] = {
    # What SNS signs with unless told otherwise.
    "1": hashes.SHA1(),  # noqa: S303 # nosec B303
    "2": hashes.SHA256(),
}


def prove_message(message: Any, now: datetime, fetch: Fetch, hosts: re.Pattern[str]) -> None:
    """
    Args:
        hosts: the service's own, of which its addresses must be.

    Raises:
        NotProven: the message is not of SNS, or more than a day old.
    """
    if not isinstance(message, dict) or message.get("Type") not in _SIGNED:
        raise NotProven("the call is no message of SNS")
    for name in ("SigningCertURL", "SubscribeURL"):
        if name in message and not is_at(hosts, str(message[name])):
            raise NotProven(f"{name} is not an address of SNS")
    algorithm = _HASHES.get(str(message.get("SignatureVersion")))
    if algorithm is None or not message.get("SigningCertURL"):
        raise NotProven("the message is not signed in a way that is known")
    key = _key(fetch(str(message["SigningCertURL"])))
    try:
        key.verify(
            decoded(str(message.get("Signature"))),
            signed_text(message).encode(),
            padding.PKCS1v15(),
            algorithm,
        )
    except InvalidSignature as error:
        raise NotProven("the signature of the message is wrong") from error
    sent = moment(message.get("Timestamp"))
    require_recent(sent.timestamp() if sent else None, now, MAX_RETRY_AGE)


def subscription(topic_arn: str, address: str) -> dict[str, str]:
    """The form that has a topic call an address: https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html."""
    return {
        "Action": "Subscribe",
        "Version": "2010-03-31",
        "TopicArn": topic_arn,
        "Protocol": "https",
        "Endpoint": address,
    }


def signed_text(message: dict[str, Any]) -> str:
    """What the signature is over: names and values of the type's fields, a line each."""
    names = (name for name in _SIGNED[message["Type"]] if message.get(name) is not None)
    return "".join(f"{name}\n{message[name]}\n" for name in names)


def is_at(hosts: re.Pattern[str], url: str) -> bool:
    """Whether an address is at one of the hosts, whoever wrote it."""
    parts = urlsplit(url)
    is_plain = parts.username is None and parts.password is None and parts.port in {None, 443}
    return parts.scheme == "https" and is_plain and bool(hosts.fullmatch(parts.hostname or ""))


@lru_cache(maxsize=8)
def fetch_certificate(hosts: re.Pattern[str], url: str) -> bytes:
    """
    Raises:
        FetchError: SNS does not answer.
    """
    answer = fetch(url, max_bytes=_MAX_CERTIFICATE_BYTES)
    if not is_at(hosts, answer.url):
        raise FetchError(f"{url} leads away from SNS")
    return answer.content


def _key(certificate: bytes) -> rsa.RSAPublicKey:
    try:
        key = x509.load_pem_x509_certificate(certificate).public_key()
    except ValueError as error:
        raise NotProven("the certificate of SNS cannot be read") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise NotProven("the certificate of SNS has another kind of key")
    return key
