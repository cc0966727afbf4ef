"""Converts a MIME message to the JSON fields of Postmark's API, which takes no raw messages.

https://postmarkapp.com/developer/api/email-api. Whatever has no field raises `Unsupported`, except
for headers that Postmark always writes itself (`_WRITTEN_BY_POSTMARK`).
"""

import base64
import email
import email.policy
from collections.abc import Iterator
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from typing import Any

from newsletter.transports.base import Mail, Unsupported

MAX_BODY_BYTES = 5_000_000  # "TextBody and HtmlBody can each be up to 5 MB"

# Postmark generates these; its own client library leaves them out too.
_WRITTEN_BY_POSTMARK = {"date", "mime-version", "return-path"}
_HAVE_A_FIELD = {"from", "to", "subject", "reply-to"}
_IMPOSSIBLE = {
    "cc": "a mail goes to one recipient",
    "bcc": "a mail goes to one recipient",
    "sender": "Postmark knows only From",
    "received": "Postmark takes new mail only",
    "dkim-signature": "Postmark writes the message anew and signs it itself; leave signing to it",
}

Fields = dict[str, Any]


def payload(mail: Mail) -> Fields:
    """The API's fields for a mail, without the transport's options.

    Raises:
        Unsupported: the API has no field for a part of the message.
    """
    try:
        message = email.message_from_bytes(mail.content, policy=email.policy.SMTP)
        fields = {**_addresses(message, mail.recipient), "Headers": list(_headers(message))}
        _add_part(message, fields)
    except (MessageError, LookupError, ValueError) as error:
        raise Unsupported(f"the message cannot be read: {error}") from error
    for name in ("TextBody", "HtmlBody"):
        if len(fields.get(name, "")) > MAX_BODY_BYTES:
            raise Unsupported(f"Postmark: {name} is larger than {MAX_BODY_BYTES} bytes")
    if not (fields.get("TextBody") or fields.get("HtmlBody")):
        raise Unsupported("Postmark takes no message without a text")
    return fields


def _addresses(message: EmailMessage, recipient: str) -> Fields:
    fields = {"Subject": str(message["Subject"] or "")}
    for name, field in (("From", "From"), ("To", "To"), ("Reply-To", "ReplyTo")):
        header = message[name]
        if header is not None:
            fields[field] = ", ".join(str(address) for address in header.addresses)
    if "From" not in fields:
        raise Unsupported("the message has no From")
    named = [address.addr_spec.lower() for address in getattr(message["To"], "addresses", ())]
    if named and named != [recipient.lower()]:
        raise Unsupported(
            "Postmark sends to whom the To header names: it must name the recipient alone"
        )
    return fields if named else {**fields, "To": recipient}


def _headers(message: EmailMessage) -> Iterator[Fields]:
    for name, value in message.items():
        lower = name.lower()
        if lower in _IMPOSSIBLE:
            raise Unsupported(f"Postmark cannot carry the header {name}: {_IMPOSSIBLE[lower]}")
        if lower.startswith("content-") or lower in _WRITTEN_BY_POSTMARK | _HAVE_A_FIELD:
            continue
        yield {"Name": name, "Value": str(value)}
        if lower == "message-id":
            # Keeps our Message-ID, by which a repeated mail can be recognised.
            yield {"Name": "X-PM-KeepID", "Value": "true"}


def _add_part(part: MIMEPart, fields: Fields) -> None:
    kind = part.get_content_type()
    if kind in {"multipart/alternative", "multipart/related", "multipart/mixed"}:
        for child in part.iter_parts():
            _add_part(child, fields)
    elif part.is_multipart():
        raise Unsupported(f"Postmark cannot carry a part of type {kind}")
    elif part.get_content_disposition() == "attachment" or part.get_filename():
        _attach(part, fields)
    elif kind in {"text/plain", "text/html"}:
        field = "TextBody" if kind == "text/plain" else "HtmlBody"
        if field in fields:
            raise Unsupported(f"Postmark takes one {kind} part, and the message has two")
        fields[field] = part.get_content().replace("\r\n", "\n")
    elif part["Content-ID"]:
        _attach(part, fields)
    else:
        raise Unsupported(f"Postmark cannot carry a part of type {kind} that is no attachment")


def _attach(part: MIMEPart, fields: Fields) -> None:
    content = part.get_payload(decode=True)
    attachment = {
        "Name": part.get_filename() or "attachment",
        "Content": base64.b64encode(content if isinstance(content, bytes) else b"").decode(),
        "ContentType": part.get_content_type(),
    }
    if part["Content-ID"]:
        attachment["ContentID"] = "cid:" + str(part["Content-ID"]).strip("<> ")
    fields.setdefault("Attachments", []).append(attachment)
