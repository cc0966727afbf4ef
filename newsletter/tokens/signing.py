"""Signed, purpose-bound tokens for links, and the keyed hash that outlives an address.

A token is `payload.signature`, both base64url. Each purpose has its own key derived from the site's
secret, so a token is valid for its purpose only. Signed with keyed BLAKE2b (RFC 7693, 2.9): every
mail needs two, and it costs a fifth of an HMAC.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode
from binascii import b2a_base64

from newsletter.errors import ConfigurationError, TokenError
from newsletter.tokens.guessing import pieces_of

MINIMUM_SECRET_BYTES = 16
# "passwordpassword" is long enough but trivial to guess.
MINIMUM_SECRET_PIECES = 10
# 128 bits cannot be guessed online.
SIGNATURE_BYTES = 16
# The purposes of the two links in every edition's mail.
UNSUBSCRIBE = "unsubscribe"
PREFERENCES = "preferences"
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


class Signer:
    """Signs and verifies payloads of one purpose ("unsubscribe", "view" …)."""

    def __init__(self, secret: str, purpose: str) -> None:
        self.purpose = purpose
        key = derive_key(secret, f"token:{purpose}")
        # Every mail needs two, and copying a hash state takes half as long as keying one.
        self._begun = hashlib.blake2b(key=key, digest_size=SIGNATURE_BYTES)

    def sign(self, payload: str) -> str:
        body = _encoded(payload.encode())
        return (body + b"." + self._signature(body)).decode()

    def read(self, token: str) -> str:
        """Verify a token and return its payload.

        Raises:
            TokenError: forged, truncated, or of another purpose.
        """
        body, _, signature = token.encode("utf-8", "surrogatepass").partition(b".")
        if not hmac.compare_digest(self._signature(body), signature):
            raise TokenError("this link is incomplete or was not made by this site")
        return urlsafe_b64decode(body + b"=" * (-len(body) % 4)).decode()

    def _signature(self, body: bytes) -> bytes:
        signature = self._begun.copy()
        signature.update(body)
        return _encoded(signature.digest())


def _encoded(data: bytes) -> bytes:
    """base64url without padding (RFC 4648, 5)."""
    return b2a_base64(data, newline=False).rstrip(b"=").translate(_URL_SAFE)


def derive_key(secret: str, purpose: str) -> bytes:
    """Derive the key of one purpose from the site's secret.

    Raises:
        ConfigurationError: the secret is too weak.
    """
    check_secret(secret)
    return hmac.digest(secret.encode(), purpose.encode(), "sha256")


def check_secret(secret: str) -> None:
    """Check the secret's length, and that it cannot be guessed.

    Raises:
        ConfigurationError: it is too short, or made of too few pieces (`guessing`).
    """
    if len(secret.encode()) < MINIMUM_SECRET_BYTES:
        reason = f"shorter than {MINIMUM_SECRET_BYTES} bytes"
    elif pieces_of(secret) < MINIMUM_SECRET_PIECES:
        reason = "made of common words, repetitions or sequences, which are guessed"
    else:
        return
    raise ConfigurationError(
        f"site.secret_key is {reason}; "
        "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
    )


def keyed_hash(key: bytes, text: str) -> str:
    """HMAC-SHA256 of a text as hex; not reversible without the key."""
    return hmac.digest(key, text.encode(), hashlib.sha256).hex()
