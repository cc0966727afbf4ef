"""DKIM signatures (RFC 6376) of compiled messages; constant parts are canonicalised once.

relaxed/relaxed, rsa-sha256, no `l=`. From is oversigned, so that no second one can be added (RFC
6376, 8.15). The operator publishes the key in the DNS.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from textwrap import wrap
from typing import Protocol

from newsletter.errors import ConfigurationError
from newsletter.rendering.encoding.base64_text import Base64Text
from newsletter.rendering.encoding.message import CompiledMessage, Piece, Variable, split_message
from newsletter.rendering.encoding.slots import Slot

# Recommended by RFC 6376, 5.4.1; the one-click headers are required by RFC 8058 section 4.
SIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "mime-version",
    "content-type",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "list-archive",
    "list-owner",
    "feedback-id",
)
FEWEST_BITS = 1024  # RFC 8301, 3.2
_SPACE = re.compile(rb"[ \t]+")
_FOLDED = re.compile(rb"[ \t\r\n]+")
_SPACE_AT_END = re.compile(rb"[ \t]+(?=\r\n)")

_A_SLOT = re.compile(rb"([\x00-\x08])")


class SpliceableMessage(Protocol):
    """A message that is personalised by splicing."""

    def splice(self, values: Mapping[Slot, str]) -> bytes:
        """One subscriber's message; `values` has every slot that occurs."""


class DkimKey:
    """A domain's DKIM key.

    Args:
        domain: the signing domain (`d=`), that of the From address or above it.
        selector: the name below `_domainkey` of the public key.
        pem: an RSA private key, not encrypted.

    Raises:
        ConfigurationError: not an RSA key, encrypted, or too short.
    """

    def __init__(self, domain: str, selector: str, pem: str) -> None:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        self.domain = domain
        self.selector = selector
        try:
            key = load_pem_private_key(pem.encode(), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise ConfigurationError(
                f"the DKIM key of {domain} is no unencrypted PEM private key; "
                "make one with: openssl genrsa 2048"
            ) from error
        if not isinstance(key, RSAPrivateKey) or key.key_size < FEWEST_BITS:
            raise ConfigurationError(
                f"the DKIM key of {domain} is no RSA key of {FEWEST_BITS} bits or more; "
                "make one with: openssl genrsa 2048"
            )
        self._key = key
        self._padding, self._digest = PKCS1v15(), SHA256()

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data, self._padding, self._digest)

    @property
    def record_name(self) -> str:
        """The name of the TXT record with the public key (RFC 6376, 3.6.2.1)."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """The value of that TXT record."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        public = self._key.public_key()
        data = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return f"v=DKIM1; k=rsa; p={b64encode(data).decode()}"


class SignedMessage:
    """A compiled message that is signed for each subscriber."""

    def __init__(self, message: CompiledMessage, key: DkimKey) -> None:
        self._message = message
        self._key = key
        head, begun, rest = _split_body(message.pieces)
        fields = _fields(head)
        names = [name for name in SIGNED if name in fields]
        self._head = [piece for name in names for piece in fields[name]]
        # The body up to the first slot is constant, so its hash state is precomputed.
        self._begun = hashlib.sha256(_relaxed_body(begun))
        self._body = [_relaxed_body(p) if isinstance(p, bytes) else p for p in rest]
        self._start = (
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
            f" d={key.domain}; s={key.selector};\r\n"
            f" h={_folded(['from', *names])};\r\n bh="
        ).encode()
        self._canonical_start = _relaxed_field(self._start)

    def splice(self, values: Mapping[Slot, str]) -> bytes:
        """One subscriber's signed message; `values` has every slot that occurs."""
        filled = self._message.encode(values)
        in_head: dict[Variable, bytes] = {
            s: _FOLDED.sub(b" ", v) for s, v in filled.items() if isinstance(s, Slot)
        }
        # Base64 has no white space to canonicalise.
        in_body: dict[Variable, bytes] = {
            v: value if isinstance(v, Base64Text) else _SPACE.sub(b" ", value)
            for v, value in filled.items()
        }
        body = self._begun.copy()
        body.update(_joined(self._body, in_body))
        body_hash = b64encode(body.digest())
        head = _joined(self._head, in_head) + self._canonical_start + body_hash + b"; b="
        signature = b64encode(self._key.sign(head))
        lines = [signature[at : at + 72] for at in range(0, len(signature), 72)]
        return b"".join(
            (
                self._start,
                body_hash,
                b";\r\n b=",
                b"\r\n ".join(lines),
                b"\r\n",
                self._message.join(filled),
            )
        )


def spliceable(content: bytes, nonce: str, key: DkimKey | None) -> SpliceableMessage:
    """The message from `write_message`, ready to splice, signed if there is a key."""
    message = split_message(content, nonce)
    return SignedMessage(message, key) if key else message


def _joined(pieces: Iterable[Piece], values: Mapping[Variable, bytes]) -> bytes:
    return b"".join([p if isinstance(p, bytes) else values[p] for p in pieces])


def _split_body(pieces: Sequence[Piece]) -> tuple[list[bytes | Slot], bytes, list[Piece]]:
    """Header, the body up to its first slot, the rest; without the empty line between."""
    index, piece = next(
        (index, piece)
        for index, piece in enumerate(pieces)
        if isinstance(piece, bytes) and b"\r\n\r\n" in piece
    )
    head, _, body = piece.partition(b"\r\n\r\n")
    before = [piece for piece in pieces[:index] if not isinstance(piece, Base64Text)]
    return [*before, head + b"\r\n"], body, list(pieces[index + 1 :])


def _fields(head: Sequence[bytes | Slot]) -> dict[str, list[Piece]]:
    """Header fields by name, canonicalised except for slot values."""
    slots = [piece for piece in head if isinstance(piece, Slot)]
    # A byte that no header contains stands for a slot while fields are split.
    numbers = iter(range(len(slots)))
    text = b"".join(bytes([next(numbers)]) if isinstance(p, Slot) else p for p in head)
    fields: dict[str, list[Piece]] = {}
    for line in re.split(rb"\r\n(?![ \t])", text.removesuffix(b"\r\n")):
        field = _relaxed_field(line) + b"\r\n"
        parts = [part for part in _A_SLOT.split(field) if part]
        name = field.partition(b":")[0].decode()
        fields[name] = [slots[part[0]] if _A_SLOT.fullmatch(part) else part for part in parts]
    return fields


def _relaxed_field(line: bytes) -> bytes:
    """Relaxed header canonicalisation (RFC 6376, 3.4.2), without a line end."""
    name, _, value = line.partition(b":")
    return name.strip().lower() + b":" + _FOLDED.sub(b" ", value).strip()


def _relaxed_body(text: bytes) -> bytes:
    """Relaxed body canonicalisation (RFC 6376, 3.4.4); our bodies end with one line end."""
    return _SPACE.sub(b" ", _SPACE_AT_END.sub(b"", text))


def _folded(names: Sequence[str]) -> str:
    return "\r\n ".join(wrap(": ".join(names), 70, break_on_hyphens=False)).replace(": ", ":")
