"""Signatures of Standard Webhooks, which svix has as well.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac

_SHORTEST_KEY_BYTES = 24  # "between 24 bytes (192 bits) and 64 bytes (512 bits)"


def key_of(secret: str) -> bytes:
    """The key that a secret such as "whsec_…" stands for.

    Raises:
        ValueError: it is none.
    """
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) < _SHORTEST_KEY_BYTES:
        raise ValueError('write "whsec_" and Base64 of 24 bytes or more (openssl rand -base64 32)')
    return key


def signature(key: bytes, number: str, moment: str, body: bytes) -> str:
    """The signature of a call, with its version.

    Args:
        number: the call's id.
        moment: seconds since 1970, as sent.
    """
    signed = f"{number}.{moment}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
