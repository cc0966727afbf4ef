"""Providers as they call: what each says of mails.

Payloads are invented, in the shapes that the providers document.
"""

import base64
from typing import Any

from sns_providers import SCALEWAY, SES
from webhook_signatures import (
    _EC_PUBLIC,
    ADA,
    FULL,
    ISO,
    MESSAGE_ID,
    SECONDS,
    SECRET,
    SPAM,
    UNKNOWN_USER,
    WebhookProvider,
    first_of,
    sign_for_mailgun,
    sign_for_mailtrap,
    sign_for_sendgrid,
    standard,
    with_password,
)


def _mailgun_event(name: str, **more: Any) -> dict[str, Any]:
    message = {"headers": {"message-id": MESSAGE_ID.strip("<>"), "to": ADA}}
    data = {"event": name, "id": f"id-{name}", "timestamp": SECONDS + 0.5, "message": message}
    return {**data, "recipient": ADA, **more}


def _mailgun_failed(severity: str, reason: str, code: int, words: str) -> dict[str, Any]:
    status = {"code": code, "message": words, "description": ""}
    return _mailgun_event("failed", severity=severity, reason=reason, **{"delivery-status": status})


MAILGUN = WebhookProvider(
    options={"api_key": "k", "domain": "mg.x.example", "webhook_signing_key": "signing-key"},
    sign=sign_for_mailgun,
    has_proof_inside=True,
    covers_body=False,
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


SENDGRID = WebhookProvider(
    options={"api_key": "k", "webhook_public_key": _EC_PUBLIC},
    sign=sign_for_sendgrid,
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


RESEND = WebhookProvider(
    options={"api_key": "k", "webhook_secret": SECRET},
    sign=standard("svix"),
    wrap=first_of,
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


POSTMARK = WebhookProvider(
    options={"server_token": "t", "webhook_password": "a-password-of-ours"},
    sign=with_password,
    covers_body=False,
    wrap=first_of,
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


BREVO = WebhookProvider(
    options={"api_key": "k", "webhook_password": "a-password-of-ours"},
    sign=with_password,
    covers_body=False,
    is_dated=False,
    unknown=_brevo("newfangled"),
    samples=[
        ("hard", _brevo("hard_bounce", reason=UNKNOWN_USER)),
        ("hard", _brevo("invalid_email")),
        ("soft", _brevo("soft_bounce", reason="server is down")),
        ("full", _brevo("soft_bounce", reason=FULL)),
        ("blocked", _brevo("blocked", reason="blocked : due to blacklist user")),
        ("unsubscribe", _brevo("blocked", reason="blocked : due to unsubscribed user")),
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


MAILJET = WebhookProvider(
    options={
        "api_key": "k",
        "secret_key": "s",
        "without_list_id": True,
        "webhook_password": "a-password-of-ours",
    },
    sign=with_password,
    covers_body=False,
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


SPARKPOST = WebhookProvider(
    options={"api_key": "k", "webhook_password": "a-password-of-ours"},
    sign=with_password,
    empty_call=b"{}",
    covers_body=False,
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


MAILTRAP = WebhookProvider(
    options={"api_token": "t", "webhook_secret": "trap-secret"},
    sign=sign_for_mailtrap,
    wrap=lambda items: {"events": items},
    is_dated=False,
    unknown=_trap("newfangled"),
    samples=[
        ("hard", _trap("bounce", response="5.1.1 no such user here", response_code=550)),
        ("full", _trap("soft bounce", response="4.2.2 mailbox full", response_code=452)),
        ("soft", _trap("soft bounce", response="", response_code=451)),
        ("blocked", _trap("reject", reason="Recipient suppressed")),
        ("unsubscribe", _trap("reject", reason="In suppression list. Reason: unsubscription")),
        ("blocked", _trap("suspension", reason="Sending limit")),
        ("success", _trap("delivery")),
        ("complaint", _trap("spam")),
        ("unsubscribe", _trap("unsubscribe")),
    ],
    dropped=[_trap("open"), _trap("click", url="https://wexcombe.example/")],
)


def _own(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "id": f"id-{kind}", "recipient": ADA, "message_id": MESSAGE_ID, **more}


HTTP = WebhookProvider(
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

PROVIDERS = {
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
"""A provider for each kind whose transport has a webhook."""
