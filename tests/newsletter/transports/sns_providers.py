"""Providers that call by Amazon's notification service, or one like it."""

from typing import Any

from webhook_signatures import (
    ADA,
    ISO,
    MESSAGE_ID,
    SCALEWAY_TOPIC,
    SPAM,
    TOPIC,
    UNKNOWN_USER,
    WebhookProvider,
    first_of,
    sign_for_scaleway,
    sign_for_ses,
)


def _ses_event(name: str, key: str, **details: Any) -> dict[str, Any]:
    headers = [{"name": "From", "value": "x"}, {"name": "Message-ID", "value": MESSAGE_ID}]
    mail = {"timestamp": ISO, "messageId": "0100", "destination": [ADA], "headers": headers}
    return {"eventType": name, "mail": mail, key: {"timestamp": ISO, **details}}


def _ses_bounce(kind: str, subtype: str, code: str = "") -> dict[str, Any]:
    one = {"emailAddress": ADA, "diagnosticCode": code} if code else {"emailAddress": ADA}
    details = {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": [one]}
    return _ses_event("Bounce", "bounce", **details)


SES = WebhookProvider(
    options={"region": "eu-west-2", "access_key": "AKID", "secret_key": "s", "topic_arn": TOPIC},
    sign=sign_for_ses,
    has_proof_inside=True,
    wrap=first_of,
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


def _tem(name: str, code: int = 0, words: str = "", **more: Any) -> dict[str, Any]:
    headers = [{"key": "X-Newsletter-Message-ID", "value": MESSAGE_ID}]
    common = {"id": f"id-{name}", "type": name, "created_at": ISO, "domain_name": "x.example"}
    told = {"email_response_code": code, "email_response_message": words} if code else {}
    return {**common, "email_to": ADA, "email_headers": headers, **told, **more}


SCALEWAY = WebhookProvider(
    options={"secret_key": "s", "project_id": "8b512135", "topic_arn": SCALEWAY_TOPIC},
    sign=sign_for_scaleway,
    has_proof_inside=True,
    wrap=first_of,
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
