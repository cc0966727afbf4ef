"""Calls of providers, each signed as the provider does."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from newsletter.transports.api.sns import signed_text
from newsletter.transports.api.webhooks import WebhookCall

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
ADA = "ada@wexcombe.example"
MESSAGE_ID = "<e7.6927f1a0.42@wexcombe.example>"
TOPIC = "arn:aws:sns:eu-west-2:123456789012:newsletter"
CERTIFICATE_URL = "https://sns.eu-west-2.amazonaws.com/SimpleNotificationService-1.pem"
SCALEWAY_TOPIC = "arn:scw:sns:fr-par:project-8b512135:newsletter"
SCALEWAY_CERTIFICATE_URL = "https://messaging.s3.fr-par.scw.cloud/fr-par/sns/1.pem"

SECONDS = int(NOW.timestamp())
ISO = "2026-11-27T09:00:00.000Z"
UNKNOWN_USER = "550 5.1.1 no such user here"
FULL = "452 4.2.2 mailbox full"
SPAM = "554 5.7.1 message rejected as spam"


class Headers(dict[str, str]):
    """Looked up without regard to case."""

    def __init__(self, given: dict[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in given.items()})

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


@dataclass(frozen=True, kw_only=True)
class WebhookProvider:
    """One provider.

    Args:
        options: of a transport that takes its calls.
        sign: the headers of a call, and its body where the signature stands inside.
        wrap: the body of a call with these items.
        samples: an item for each kind of event, by the kind that it must become.
        dropped: items that say nothing of a delivery.
        is_dated: whether a call from long ago is refused.
        takes_batches: whether a call may tell of several mails.
        has_proof_inside: whether the body holds the proof, in JSON.
        covers_body: whether the proof is of the whole body.
        empty_call: a call of it that says nothing, and is no event.
    """

    options: dict[str, Any]
    sign: Callable[[bytes, datetime], tuple[dict[str, str], bytes]]
    samples: list[tuple[str, Any]]
    dropped: list[Any]
    wrap: Callable[[list[Any]], Any] = field(default=lambda items: items)
    unknown: Any = None
    is_dated: bool = True
    takes_batches: bool = True
    has_proof_inside: bool = False
    covers_body: bool = True
    empty_call: bytes | None = None

    def call(self, *items: Any, at: datetime = NOW) -> WebhookCall:
        return self.signed(json.dumps(self.wrap(list(items))).encode(), at)

    def signed(self, body: bytes, at: datetime = NOW) -> WebhookCall:
        headers, body = self.sign(body, at)
        return WebhookCall(headers=Headers(headers), body=body)


def first_of(items: list[Any]) -> Any:
    return items[0]


def with_password(body: bytes, at: datetime) -> tuple[dict[str, str], bytes]:
    proof = base64.b64encode(b"newsletter:a-password-of-ours").decode()
    return {"Authorization": f"Basic {proof}"}, body


def standard(prefix: str) -> Callable[[bytes, datetime], tuple[dict[str, str], bytes]]:
    def sign(body: bytes, at: datetime) -> tuple[dict[str, str], bytes]:
        number = "msg_" + hashlib.sha256(body).hexdigest()[:20]
        moment = str(int(at.timestamp()))
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        signed = hmac.digest(key, f"{number}.{moment}.".encode() + body, hashlib.sha256)
        proof = f"v1,{base64.b64encode(b'another').decode()} v1,{base64.b64encode(signed).decode()}"
        names = {"id": number, "timestamp": moment, "signature": proof}
        return {f"{prefix}-{name}": value for name, value in names.items()}, body

    return sign


def sign_for_mailgun(body: bytes, at: datetime) -> tuple[dict[str, str], bytes]:
    moment, token = str(int(at.timestamp())), "t" * 50
    proof = hmac.digest(b"signing-key", (moment + token).encode(), hashlib.sha256).hex()
    found = json.loads(body)
    if not isinstance(found, dict):
        found = {"event-data": found}
    found["signature"] = {"timestamp": moment, "token": token, "signature": proof}
    return {}, json.dumps(found).encode()


def sign_for_mailtrap(body: bytes, at: datetime) -> tuple[dict[str, str], bytes]:
    return {"Mailtrap-Signature": hmac.digest(b"trap-secret", body, hashlib.sha256).hex()}, body


_EC = ec.derive_private_key(0x1234567, ec.SECP256R1())
_EC_PUBLIC = base64.b64encode(
    _EC.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
).decode()


def sign_for_sendgrid(body: bytes, at: datetime) -> tuple[dict[str, str], bytes]:
    moment = str(int(at.timestamp()))
    proof = _EC.sign(moment.encode() + body, ec.ECDSA(hashes.SHA256()))
    prefix = "X-Twilio-Email-Event-Webhook-"
    named = {"Timestamp": moment, "Signature": base64.b64encode(proof).decode()}
    return {prefix + name: value for name, value in named.items()}, body


_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate_of_sns(url: str) -> bytes:
    """In place of fetching it."""
    assert url in {CERTIFICATE_URL, SCALEWAY_CERTIFICATE_URL}
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_RSA.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=365))
        .sign(_RSA, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def sns_message(at: datetime = NOW, **changes: Any) -> bytes:
    """A signed message of SNS."""
    message = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Message": "{}",
        "Timestamp": at.isoformat().replace("+00:00", "Z"),
        "SignatureVersion": "2",
        "SigningCertURL": CERTIFICATE_URL,
        **changes,
    }
    algorithm = hashes.SHA1() if message["SignatureVersion"] == "1" else hashes.SHA256()
    proof = _RSA.sign(signed_text(message).encode(), padding.PKCS1v15(), algorithm)
    return json.dumps({**message, "Signature": base64.b64encode(proof).decode()}).encode()


def sign_for_ses(body: bytes, at: datetime) -> tuple[dict[str, str], bytes]:
    return {}, sns_message(at, Message=body.decode("utf-8", "replace"))


def sign_for_scaleway(body: bytes, at: datetime) -> tuple[dict[str, str], bytes]:
    place = {"TopicArn": SCALEWAY_TOPIC, "SigningCertURL": SCALEWAY_CERTIFICATE_URL}
    said = {"Message": body.decode("utf-8", "replace"), "SignatureVersion": "1"}
    return {}, sns_message(at, **said, **place)
