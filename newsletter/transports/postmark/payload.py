"""Converts a MIME message to the JSON fields of Postmark's API.

https://postmarkapp.com/developer/api/email-api
"""

from typing import Any

from newsletter.transports.api.message import MailAttachment, Parts, take_apart
from newsletter.transports.base import Mail, Unsupported

MAX_BODY_BYTES = 5_000_000  # "TextBody and HtmlBody can each be up to 5 MB"
# https://postmarkapp.com/support/article/1125-custom-metadata-faq
_MAX_METADATA_LENGTH = 80
MESSAGE_ID_FIELD = "message-id"
"""The field of the metadata, which webhooks return, that holds our Message-ID."""

Fields = dict[str, Any]


def payload(mail: Mail) -> Fields:
    """The API's fields for a mail, without the transport's options.

    Raises:
        Unsupported: the API has no field for a part of the message.
    """
    parts = take_apart(mail, "Postmark")
    fields: Fields = {
        "From": parts.sender_line,
        "To": parts.recipient_line,
        "Subject": parts.subject,
        "Headers": _headers(parts),
    }
    if parts.reply_to_lines:
        fields["ReplyTo"] = ", ".join(parts.reply_to_lines)
    if 0 < len(parts.message_id) <= _MAX_METADATA_LENGTH:
        fields["Metadata"] = {MESSAGE_ID_FIELD: parts.message_id}
    for name, text in (("TextBody", parts.text), ("HtmlBody", parts.html)):
        if text is not None:
            fields[name] = text
        if len(text or "") > MAX_BODY_BYTES:
            raise Unsupported(f"Postmark: {name} is larger than {MAX_BODY_BYTES} bytes")
    if parts.attachments:
        fields["Attachments"] = [_attachment(attachment) for attachment in parts.attachments]
    return fields


def _headers(parts: Parts) -> list[Fields]:
    headers = [{"Name": name, "Value": value} for name, value in parts.headers]
    if parts.message_id:
        # Keeps our Message-ID, by which a repeated mail can be recognised.
        headers.append({"Name": "X-PM-KeepID", "Value": "true"})
    return headers


def _attachment(attachment: MailAttachment) -> Fields:
    fields = {"Name": attachment.name, "Content": attachment.base64, "ContentType": attachment.kind}
    return (
        {**fields, "ContentID": f"cid:{attachment.content_id}"} if attachment.content_id else fields
    )
