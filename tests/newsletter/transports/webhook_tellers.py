"""Providers as they call: how each signs, and what it says of mails.

Payloads are invented, in the shapes that the providers document.
"""

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


class Headers(dict[str, str]):
    """Looked up without regard to case."""

    def __init__(self, given: dict[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in given.items()})

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


@dataclass(frozen=True, kw_only=True)
class Teller:
    """One provider.

    Args:
        options: of a transport that takes its calls.
        sign: the headers of a call, and its body where the signature stands inside.
        wrap: the body of a call with these items.
        samples: an item for each kind of event, by the kind that it must become.
        dropped: items that say nothing of a delivery.
        is_dated: whether a call from long ago is refused.
        takes_batches: whether a call may tell of several mails.
    """

    options: dict[str, Any]
    sign: Callable[[bytes, datetime], tuple[dict[str, str], bytes]]
    samples: list[tuple[str, Any]]
    dropped: list[Any]
    wrap: Callable[[list[Any]], Any] = field(default=lambda items: items)
    unknown: Any = None
    is_dated: bool = True
    takes_batches: bool = True

    def call(self, *items: Any, at: datetime = NOW) -> WebhookCall:
        return self.signed(json.dumps(self.wrap(list(items))).encode(), at)

    def signed(self, body: bytes, at: datetime = NOW) -> WebhookCall:
        headers, body = self.sign(body, at)
        return WebhookCall(headers=Headers(headers), body=body)


def _first(items: list[Any]) -> Any:
    return items[0]


def _password(body: bytes, at: datetime) -> tuple[dict[str, str], bytes]:
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


def _mailgun(body: bytes, at: datetime) -> tuple[dict[str, str], bytes]:
    moment, token = str(int(at.timestamp())), "t" * 50
    proof = hmac.digest(b"signing-key", (moment + token).encode(), hashlib.sha256).hex()
    found = json.loads(body)
    if not isinstance(found, dict):
        found = {"event-data": found}
    found["signature"] = {"timestamp": moment, "token": token, "signature": proof}
    return {}, json.dumps(found).encode()


def _mailtrap(body: bytes, at: datetime) -> tuple[dict[str, str], bytes]:
    return {"Mailtrap-Signature": hmac.digest(b"trap-secret", body, hashlib.sha256).hex()}, body


_EC = ec.derive_private_key(0x1234567, ec.SECP256R1())
_EC_PUBLIC = base64.b64encode(
    _EC.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
).decode()


def _sendgrid(body: bytes, at: datetime) -> tuple[dict[str, str], bytes]:
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


def _ses(body: bytes, at: datetime) -> tuple[dict[str, str], bytes]:
    return {}, sns_message(at, Message=body.decode("utf-8", "replace"))


def _scaleway(body: bytes, at: datetime) -> tuple[dict[str, str], bytes]:
    place = {"TopicArn": SCALEWAY_TOPIC, "SigningCertURL": SCALEWAY_CERTIFICATE_URL}
    said = {"Message": body.decode("utf-8", "replace"), "SignatureVersion": "1"}
    return {}, sns_message(at, **said, **place)


def _ses_event(name: str, key: str, **details: Any) -> dict[str, Any]:
    headers = [{"name": "From", "value": "x"}, {"name": "Message-ID", "value": MESSAGE_ID}]
    mail = {"timestamp": ISO, "messageId": "0100", "destination": [ADA], "headers": headers}
    return {"eventType": name, "mail": mail, key: {"timestamp": ISO, **details}}


def _ses_bounce(kind: str, subtype: str, code: str = "") -> dict[str, Any]:
    one = {"emailAddress": ADA, "diagnosticCode": code} if code else {"emailAddress": ADA}
    details = {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": [one]}
    return _ses_event("Bounce", "bounce", **details)


UNKNOWN_USER = "550 5.1.1 no such user here"
FULL = "452 4.2.2 mailbox full"
SPAM = "554 5.7.1 message rejected as spam"

SES = Teller(
    options={"region": "eu-west-2", "access_key": "AKID", "secret_key": "s", "topic_arn": TOPIC},
    sign=_ses,
    wrap=_first,
    takes_batches=False,
    unknown=_ses_event("Newfangled", "newfangled"),
    samples=[
        ("hard", _ses_bounce("Permanent", "General", f"smtp; {UNKNOWN_USER}")),
        ("hard", _ses_bounce("Permanent", "NoEmail")),
        ("hard", _ses_bounce("Permanent", "OnAccountSuppressionList")),
        ("full", _ses_bounce("Transient", "MailboxFull")),
        ("soft", _ses_bounce("Transient", "General")),
        ("blocked", _ses_bounce("Transient", "ContentRejected")),
        ("blocked", _ses_bounce("Permanent", "General", f"smtp; {SPAM}")),
        (
            "complaint",
            _ses_event(
                "Complaint",
                "complaint",
                complainedRecipients=[{"emailAddress": ADA}],
                complaintFeedbackType="abuse",
            ),
        ),
        ("success", _ses_event("Delivery", "delivery", recipients=[ADA], smtpResponse="250 ok")),
        (
            "delayed",
            _ses_event(
                "DeliveryDelay",
                "deliveryDelay",
                delayType="MailboxFull",
                delayedRecipients=[{"emailAddress": ADA, "status": "4.2.2"}],
            ),
        ),
        ("blocked", _ses_event("Reject", "reject", reason="Bad content")),
        (
            "unsubscribe",
            _ses_event(
                "Subscription", "subscription", newTopicPreferences={"unsubscribeAll": True}
            ),
        ),
    ],
    dropped=[
        _ses_event("Send", "send"),
        _ses_event("Open", "open", ipAddress="192.0.2.1"),
        _ses_event("Click", "click", link="https://wexcombe.example/"),
    ],
)


def _mailgun_event(name: str, **more: Any) -> dict[str, Any]:
    message = {"headers": {"message-id": MESSAGE_ID.strip("<>"), "to": ADA}}
    data = {"event": name, "id": f"id-{name}", "timestamp": SECONDS + 0.5, "message": message}
    return {**data, "recipient": ADA, **more}


def _mailgun_failed(severity: str, reason: str, code: int, words: str) -> dict[str, Any]:
    status = {"code": code, "message": words, "description": ""}
    return _mailgun_event("failed", severity=severity, reason=reason, **{"delivery-status": status})


MAILGUN = Teller(
    options={"api_key": "k", "domain": "mg.x.example", "webhook_signing_key": "signing-key"},
    sign=_mailgun,
    wrap=lambda items: {"event-data": items[0]},
    takes_batches=False,
    unknown=_mailgun_event("newfangled"),
    samples=[
        ("hard", _mailgun_failed("permanent", "bounce", 550, "5.1.1 no such user here")),
        ("hard", _mailgun_failed("permanent", "suppress-bounce", 605, "Not delivering")),
        ("complaint", _mailgun_failed("permanent", "suppress-complaint", 607, "Not delivering")),
        ("blocked", _mailgun_failed("permanent", "generic", 554, "5.7.1 rejected as spam")),
        ("soft", _mailgun_failed("permanent", "old", 602, "Too old")),
        ("delayed", _mailgun_failed("temporary", "generic", 452, "4.2.2 mailbox full")),
        ("success", _mailgun_event("delivered")),
        ("complaint", _mailgun_event("complained")),
        ("unsubscribe", _mailgun_event("unsubscribed")),
        ("blocked", _mailgun_event("rejected", reject={"reason": "Sandbox subdomains"})),
    ],
    dropped=[_mailgun_event("opened"), _mailgun_event("clicked"), _mailgun_event("accepted")],
)


def _sendgrid_event(name: str, **more: Any) -> dict[str, Any]:
    common = {"event": name, "email": ADA, "timestamp": SECONDS, "sg_event_id": f"id-{name}"}
    return {**common, "newsletter_message_id": MESSAGE_ID, **more}


SENDGRID = Teller(
    options={"api_key": "k", "webhook_public_key": _EC_PUBLIC},
    sign=_sendgrid,
    unknown=_sendgrid_event("newfangled"),
    samples=[
        ("hard", _sendgrid_event("bounce", type="bounce", status="5.1.1", reason=UNKNOWN_USER)),
        ("blocked", _sendgrid_event("bounce", type="blocked", reason=SPAM)),
        ("full", _sendgrid_event("bounce", type="blocked", reason=FULL)),
        ("hard", _sendgrid_event("dropped", reason="Bounced Address")),
        ("complaint", _sendgrid_event("dropped", reason="Spam Reporting Address")),
        ("blocked", _sendgrid_event("dropped", reason="Spam Content")),
        ("delayed", _sendgrid_event("deferred", response="400 try again later", attempt="5")),
        ("success", _sendgrid_event("delivered", response="250 OK")),
        ("complaint", _sendgrid_event("spamreport")),
        ("unsubscribe", _sendgrid_event("unsubscribe")),
        ("unsubscribe", _sendgrid_event("group_unsubscribe")),
    ],
    dropped=[_sendgrid_event("open"), _sendgrid_event("click"), _sendgrid_event("processed")],
)


def _resend_event(name: str, **more: Any) -> dict[str, Any]:
    tag = base64.urlsafe_b64encode(MESSAGE_ID.encode()).decode().rstrip("=")
    data = {"email_id": "56761188", "to": [ADA], "tags": {"newsletter_message_id": tag}}
    return {"type": f"email.{name}", "created_at": ISO, "data": {**data, **more}}


def _resend_bounce(kind: str, subtype: str) -> dict[str, Any]:
    bounce = {"message": "The server said no.", "type": kind, "subType": subtype}
    return _resend_event("bounced", bounce=bounce)


RESEND = Teller(
    options={"api_key": "k", "webhook_secret": SECRET},
    sign=standard("svix"),
    wrap=_first,
    takes_batches=False,
    unknown=_resend_event("newfangled"),
    samples=[
        ("hard", _resend_bounce("Permanent", "General")),
        ("hard", _resend_bounce("Permanent", "Suppressed")),
        ("full", _resend_bounce("Transient", "MailboxFull")),
        ("soft", _resend_bounce("Undetermined", "Undetermined")),
        ("blocked", _resend_bounce("Transient", "ContentRejected")),
        ("success", _resend_event("delivered")),
        ("delayed", _resend_event("delivery_delayed")),
        ("complaint", _resend_event("complained")),
        ("blocked", _resend_event("failed", failed={"reason": "reached_daily_quota"})),
        ("hard", _resend_event("suppressed")),
    ],
    dropped=[_resend_event("sent"), _resend_event("opened"), _resend_event("clicked")],
)


def _postmark(record: str, **more: Any) -> dict[str, Any]:
    metadata = {"message-id": MESSAGE_ID}
    return {"RecordType": record, "MessageID": "00000000", "Metadata": metadata, **more}


def _postmark_bounce(kind: str, details: str = "") -> dict[str, Any]:
    more = {"ID": 692560173, "Type": kind, "Email": ADA, "BouncedAt": ISO, "Details": details}
    return _postmark("Bounce", **more)


POSTMARK = Teller(
    options={"server_token": "t", "webhook_password": "a-password-of-ours"},
    sign=_password,
    wrap=_first,
    takes_batches=False,
    is_dated=False,
    unknown=_postmark("Newfangled", Recipient=ADA),
    samples=[
        ("hard", _postmark_bounce("HardBounce", f"smtp;{UNKNOWN_USER}")),
        ("hard", _postmark_bounce("BadEmailAddress")),
        ("blocked", _postmark_bounce("HardBounce", f"smtp;{SPAM}")),
        ("blocked", _postmark_bounce("Blocked")),
        ("full", _postmark_bounce("SoftBounce", f"smtp;{FULL}")),
        ("soft", _postmark_bounce("SoftBounce")),
        ("delayed", _postmark_bounce("Transient")),
        ("autoreply", _postmark_bounce("AutoResponder")),
        ("complaint", _postmark("SpamComplaint", ID=42, Email=ADA, BouncedAt=ISO)),
        ("success", _postmark("Delivery", Recipient=ADA, DeliveredAt=ISO)),
        (
            "unsubscribe",
            _postmark(
                "SubscriptionChange",
                Recipient=ADA,
                ChangedAt=ISO,
                SuppressSending=True,
                SuppressionReason="ManualSuppression",
            ),
        ),
    ],
    dropped=[
        _postmark("Open", Recipient=ADA),
        _postmark("Click", Recipient=ADA, OriginalLink="https://wexcombe.example/"),
        _postmark("SubscriptionChange", Recipient=ADA, SuppressSending=False),
    ],
)


def _brevo(name: str, **more: Any) -> dict[str, Any]:
    common = {"event": name, "email": ADA, "id": 26224, "ts_event": SECONDS}
    return {**common, "message-id": "<x@relay.example>", "X-Mailin-custom": MESSAGE_ID, **more}


BREVO = Teller(
    options={"api_key": "k", "webhook_password": "a-password-of-ours"},
    sign=_password,
    is_dated=False,
    unknown=_brevo("newfangled"),
    samples=[
        ("hard", _brevo("hard_bounce", reason=UNKNOWN_USER)),
        ("hard", _brevo("invalid_email")),
        ("soft", _brevo("soft_bounce", reason="server is down")),
        ("full", _brevo("soft_bounce", reason=FULL)),
        ("blocked", _brevo("blocked", reason="blocked : due to blacklist user")),
        ("delayed", _brevo("deferred", reason="421 try later")),
        ("success", _brevo("delivered")),
        ("complaint", _brevo("spam")),
        ("unsubscribe", _brevo("unsubscribed")),
        ("blocked", _brevo("error", reason="sender not valid")),
    ],
    dropped=[_brevo("opened"), _brevo("click"), _brevo("request"), _brevo("unique_opened")],
)


def _mailjet(name: str, **more: Any) -> dict[str, Any]:
    common = {"event": name, "email": ADA, "time": SECONDS, "MessageID": 19421777835146490}
    return {**common, "Payload": MESSAGE_ID, **more}


MAILJET = Teller(
    options={
        "api_key": "k",
        "secret_key": "s",
        "without_list_id": True,
        "webhook_password": "a-password-of-ours",
    },
    sign=_password,
    is_dated=False,
    unknown=_mailjet("newfangled"),
    samples=[
        ("hard", _mailjet("bounce", hard_bounce=True, error="user unknown")),
        ("full", _mailjet("bounce", hard_bounce=False, error="quota exceeded")),
        ("soft", _mailjet("bounce", hard_bounce=False, error="connection issue")),
        ("blocked", _mailjet("bounce", hard_bounce=True, error="policy issue")),
        ("blocked", _mailjet("blocked", error="preblocked")),
        ("success", _mailjet("sent", smtp_reply="sent (250 2.0.0 OK)")),
        ("complaint", _mailjet("spam", source="JMRPP")),
        ("unsubscribe", _mailjet("unsub")),
    ],
    dropped=[_mailjet("open", ip="192.0.2.1"), _mailjet("click", url="https://x.example/")],
)


def _sparkpost(name: str, family: str = "message_event", **more: Any) -> dict[str, Any]:
    inside = {"type": name, "event_id": f"id-{name}", "rcpt_to": ADA, "timestamp": str(SECONDS)}
    return {"msys": {family: {**inside, "rcpt_meta": {"message_id": MESSAGE_ID}, **more}}}


SPARKPOST = Teller(
    options={"api_key": "k", "webhook_password": "a-password-of-ours"},
    sign=_password,
    is_dated=False,
    unknown=_sparkpost("newfangled"),
    samples=[
        ("hard", _sparkpost("bounce", bounce_class="10", raw_reason=UNKNOWN_USER)),
        ("full", _sparkpost("bounce", bounce_class="22", raw_reason=FULL)),
        ("blocked", _sparkpost("bounce", bounce_class="51", raw_reason=SPAM)),
        ("blocked", _sparkpost("bounce", bounce_class="1", raw_reason="550 on our blocklist")),
        ("soft", _sparkpost("out_of_band", bounce_class="20")),
        ("autoreply", _sparkpost("out_of_band", bounce_class="60")),
        ("delayed", _sparkpost("delay", raw_reason="451 later")),
        ("success", _sparkpost("delivery")),
        ("complaint", _sparkpost("spam_complaint", fbtype="abuse")),
        ("blocked", _sparkpost("policy_rejection", raw_reason="550 suppressed")),
        ("blocked", _sparkpost("generation_failure", "gen_event")),
        ("unsubscribe", _sparkpost("list_unsubscribe", "unsubscribe_event")),
    ],
    dropped=[
        {"msys": {}},
        _sparkpost("injection"),
        _sparkpost("open", "track_event"),
        _sparkpost("click", "track_event"),
    ],
)


def _trap(name: str, **more: Any) -> dict[str, Any]:
    common = {"event": name, "email": ADA, "timestamp": SECONDS, "event_id": f"id-{name}"}
    return {**common, "message_id": "m", "custom_variables": {"message_id": MESSAGE_ID}, **more}


MAILTRAP = Teller(
    options={"api_token": "t", "webhook_secret": "trap-secret"},
    sign=_mailtrap,
    wrap=lambda items: {"events": items},
    is_dated=False,
    unknown=_trap("newfangled"),
    samples=[
        ("hard", _trap("bounce", response="5.1.1 no such user here", response_code=550)),
        ("full", _trap("soft bounce", response="4.2.2 mailbox full", response_code=452)),
        ("soft", _trap("soft bounce", response="", response_code=451)),
        ("blocked", _trap("reject", reason="Recipient suppressed")),
        ("blocked", _trap("suspension", reason="Sending limit")),
        ("success", _trap("delivery")),
        ("complaint", _trap("spam")),
        ("unsubscribe", _trap("unsubscribe")),
    ],
    dropped=[_trap("open"), _trap("click", url="https://wexcombe.example/")],
)


def _tem(name: str, code: int = 0, words: str = "", **more: Any) -> dict[str, Any]:
    headers = [{"key": "X-Newsletter-Message-ID", "value": MESSAGE_ID}]
    common = {"id": f"id-{name}", "type": name, "created_at": ISO, "domain_name": "x.example"}
    told = {"email_response_code": code, "email_response_message": words} if code else {}
    return {**common, "email_to": ADA, "email_headers": headers, **told, **more}


SCALEWAY = Teller(
    options={"secret_key": "s", "project_id": "8b512135", "topic_arn": SCALEWAY_TOPIC},
    sign=_scaleway,
    wrap=_first,
    takes_batches=False,
    unknown=_tem("email_newfangled"),
    samples=[
        ("hard", _tem("email_mailbox_not_found", 550, "5.1.1 no such user here")),
        ("hard", _tem("email_blocklisted", blocklist_type="mailbox_not_found")),
        ("full", _tem("email_blocklisted", blocklist_type="mailbox_full")),
        ("full", _tem("email_dropped", 552, "5.2.2 mailbox full")),
        ("blocked", _tem("email_dropped", 554, "5.7.1 message rejected as spam")),
        ("soft", _tem("email_dropped", email_error="gave up")),
        ("delayed", _tem("email_deferred", 451, "4.7.1 try again later")),
        ("success", _tem("email_delivered", 250, "2.0.0 Ok")),
        ("blocked", _tem("email_spam")),
    ],
    dropped=[_tem("email_queued"), _tem("blocklist_created", blocklist_type="mailbox_full")],
)


def _own(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "id": f"id-{kind}", "recipient": ADA, "message_id": MESSAGE_ID, **more}


HTTP = Teller(
    options={"api_url": "https://mail.wexcombe.example/take", "secret": SECRET},
    sign=standard("webhook"),
    wrap=lambda items: {"events": items},
    unknown=_own("newfangled"),
    samples=[
        ("hard", _own("bounce", reason=UNKNOWN_USER, status="5.1.1", at=ISO)),
        ("full", _own("bounce", reason=FULL)),
        ("complaint", _own("complaint")),
        ("success", _own("success")),
        ("unsubscribe", _own("unsubscribe")),
    ],
    dropped=[_own("open"), _own("click")],
)

TELLERS = {
    "ses": SES,
    "mailgun": MAILGUN,
    "sendgrid": SENDGRID,
    "resend": RESEND,
    "postmark": POSTMARK,
    "brevo": BREVO,
    "mailjet": MAILJET,
    "sparkpost": SPARKPOST,
    "mailtrap": MAILTRAP,
    "scaleway": SCALEWAY,
    "http": HTTP,
}
"""A teller for each kind whose transport has a webhook."""
