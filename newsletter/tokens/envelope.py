"""Signed words in envelope addresses that name a delivery: variable envelope return paths.

Lower case only, since mail servers on the way may change the case of a local part; short, since a
local part has 64 characters at most (RFC 5321, 4.5.3.1.1).
"""

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from newsletter.config.tables.feedback import FeedbackOptions
from newsletter.tokens.signing import derive_key

# 65 bits: nobody can try that many by mail.
SIGNATURE_CHARACTERS = 13
MAX_LOCAL_PART = 64
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_TOKEN = re.compile(
    rf"(?<![a-z0-9])([bu])([0-9a-z]{{1,13}})-([a-z2-7]{{{SIGNATURE_CHARACTERS}}})(?![a-z0-9])",
    re.IGNORECASE,
)


class Purpose(StrEnum):
    """What mail to a signed address is."""

    BOUNCE = "b"  # about a delivery
    UNSUBSCRIBE = "u"  # its subscriber leaves


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedWord:
    """What a signed address names."""

    purpose: Purpose
    delivery: int


class EnvelopeSigner:
    """Signs and reads for one site."""

    def __init__(self, secret: str) -> None:
        key = derive_key(secret, "token:envelope")
        self._begun = hashlib.blake2b(key=key, digest_size=9)

    def word(self, delivery: int, purpose: Purpose = Purpose.BOUNCE) -> str:
        """The word that stands for a delivery."""
        payload = purpose.value + _written(delivery)
        return f"{payload}-{self._signature(payload)}"

    def find(self, text: str) -> Iterator[SignedWord]:
        """The words in a text whose signature is right."""
        for match in _TOKEN.finditer(text):
            payload, signature = (match[1] + match[2]).lower(), match[3].lower()
            if hmac.compare_digest(self._signature(payload), signature):
                yield SignedWord(purpose=Purpose(payload[0]), delivery=int(payload[1:], 36))

    def _signature(self, payload: str) -> str:
        signature = self._begun.copy()
        signature.update(payload.encode())
        return b32encode(signature.digest())[:SIGNATURE_CHARACTERS].decode().lower()


def _written(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


@dataclass(frozen=True)
class SignedEnvelopes:
    """How the envelope senders of mails are made.

    Args:
        excepted: transports that mail leaves by with the plain address.
    """

    signer: EnvelopeSigner
    delimiter: str
    excepted: frozenset[str]

    def addresses(self, bounces: str, transport: str) -> Callable[[int], str] | None:
        """What makes the envelope sender of a delivery; None where it is the plain address."""
        local, _, domain = bounces.rpartition("@")
        longest = len(local) + len(self.delimiter) + len(self.signer.word(2**53))
        if not domain or transport in self.excepted or longest > MAX_LOCAL_PART:
            return None
        begin, end, word = f"{local}{self.delimiter}", f"@{domain}", self.signer.word
        return lambda delivery: f"{begin}{word(delivery)}{end}"


def signed_envelopes(options: FeedbackOptions, secret: str) -> SignedEnvelopes | None:
    """How envelope senders are made as configured; None: they are plain addresses."""
    if not options.verp:
        return None
    signer = EnvelopeSigner(secret)
    return SignedEnvelopes(signer, options.verp_delimiter, frozenset(options.verp_except))
