"""Takes a MIME message apart, for providers that take fields in place of messages.

Whatever a provider has no field for raises `Unsupported`, except for headers that it always writes
itself.
"""

import base64
import email
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import SMTP, compat32
from typing import Any

from newsletter.transports.base import Mail, Unsupported

_HAVE_A_FIELD = frozenset({"from", "to", "subject", "reply-to"})
# Each provider that writes the message anew writes these.
_WRITTEN_ANEW = frozenset({"date", "mime-version", "return-path"})
_IMPOSSIBLE = {
    "cc": "a mail goes to one recipient",
    "bcc": "a mail goes to one recipient",
    "sender": "it knows only From",
    "received": "it takes new mail only",
    "dkim-signature": "it writes the message anew and signs it itself; leave signing to it",
}
_CONTAINERS = frozenset({"multipart/alternative", "multipart/related", "multipart/mixed"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailbox:
    """An address and the name beside it, if any."""

    address: str
    name: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """As most APIs write it."""
        return {"email": self.address, **({"name": self.name} if self.name else {})}


@dataclass(frozen=True, kw_only=True, slots=True)
class MailAttachment:
    """A file of a message; with a content id it is shown inside the HTML."""

    name: str
    kind: str
    content: bytes
    content_id: str = ""

    @property
    def base64(self) -> str:
        return base64.b64encode(self.content).decode()


@dataclass(kw_only=True, slots=True)
class Parts:
    """A message as an API's fields see it.

    Args:
        sender_line, reply_to_lines: as they stand in the headers, decoded.
        headers: those that no field stands for, in their order.
        message_id: empty where there is none.
    """

    sender: Mailbox
    sender_line: str
    recipient: Mailbox
    recipient_line: str
    reply_to: tuple[Mailbox, ...]
    reply_to_lines: tuple[str, ...]
    subject: str
    headers: tuple[tuple[str, str], ...]
    message_id: str
    text: str | None = None
    html: str | None = None
    attachments: list[MailAttachment] = field(default_factory=list)


def take_apart(mail: Mail, provider: str, written_anew: frozenset[str] = frozenset()) -> Parts:
    """A mail's fields.

    Args:
        provider: its name, for the errors.
        written_anew: further headers (lower case) that the provider writes itself.

    Raises:
        Unsupported: there is no field for something in the message.
    """
    try:
        # The newer policies parse every header at each look, which takes seven times as long.
        message = email.message_from_bytes(mail.content, policy=compat32)
        parts = _head(message, mail.recipient, provider, _WRITTEN_ANEW | written_anew)
        _add_part(message, parts, provider)
    except (MessageError, LookupError, ValueError) as error:
        raise Unsupported(f"the message cannot be read: {error}") from error
    if not (parts.text or parts.html):
        raise Unsupported(f"{provider} takes no message without a text")
    return parts


def message_id_of(content: bytes) -> str:
    """The Message-ID of a message, as written; empty where there is none."""
    return _message_id(_head_of(content))


def _head_of(content: bytes) -> Message:
    """The headers of a message, whose body is left alone."""
    head = content.partition(b"\r\n\r\n")[0]
    return BytesHeaderParser(policy=compat32).parsebytes(head + b"\r\n\r\n")


def refuse_own_signature(content: bytes, provider: str) -> None:
    """Raise where a message has a DKIM signature that the provider's changes would break.

    Raises:
        Unsupported: it has one.
    """
    if "DKIM-Signature" in _head_of(content):
        _refuse("DKIM-Signature", provider)


def _refuse(name: str, provider: str) -> None:
    reason = _IMPOSSIBLE[name.lower()]
    raise Unsupported(f"{provider} cannot carry the header {name}: {reason}")


def _head(message: Message, recipient: str, provider: str, written_anew: frozenset[str]) -> Parts:
    sent_by = _addresses(message, "From")
    if not sent_by:
        raise Unsupported("the message has no From")
    to = _addresses(message, "To")
    if to and [address.addr_spec.lower() for address in to] != [recipient.lower()]:
        raise Unsupported(
            f"{provider} sends to whom the To header names: it must name the recipient alone"
        )
    answers = _addresses(message, "Reply-To")
    return Parts(
        sender=_mailbox(sent_by[0]),
        sender_line=", ".join(str(address) for address in sent_by),
        recipient=_mailbox(to[0]) if to else Mailbox(address=recipient),
        recipient_line=str(to[0]) if to else recipient,
        reply_to=tuple(_mailbox(address) for address in answers),
        reply_to_lines=tuple(str(address) for address in answers),
        subject=_value(message, "Subject"),
        headers=tuple(_others(message, provider, written_anew)),
        message_id=_message_id(message),
    )


def _addresses(message: Message, name: str) -> tuple[Any, ...]:
    """The addresses of a header; none where it is missing."""
    for key, raw in message.raw_items():
        if key.lower() == name.lower():
            return tuple(SMTP.header_fetch_parse(name, _unicode(raw)).addresses)
    return ()


def _value(message: Message, name: str) -> str:
    """What a header says, decoded; empty where it is missing."""
    raws = (raw for header, raw in message.raw_items() if header.lower() == name.lower())
    return _decoded(name, next(raws, ""))


def _message_id(message: Message) -> str:
    return _value(message, "Message-ID")


def _decoded(name: str, raw: str) -> str:
    """A header's value in one line."""
    text = _unicode(raw)
    if "=?" in text:
        text = str(SMTP.header_fetch_parse(name, text))
    # A value that begins on the next line has the fold's space before it.
    return "".join(text.splitlines()).strip()


def _unicode(raw: str) -> str:
    """A raw value, whose bytes beyond ASCII the parser keeps as surrogates."""
    return raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _mailbox(address: Any) -> Mailbox:
    return Mailbox(address=str(address.addr_spec), name=str(address.display_name))


def _others(
    message: Message, provider: str, written_anew: frozenset[str]
) -> Iterator[tuple[str, str]]:
    for name, raw in message.raw_items():
        lower = name.lower()
        if lower in _IMPOSSIBLE:
            _refuse(name, provider)
        if not (lower.startswith("content-") or lower in written_anew | _HAVE_A_FIELD):
            yield name, _decoded(name, raw)


def _add_part(part: Message, parts: Parts, provider: str) -> None:
    kind = part.get_content_type()
    inside: Any = part.get_payload()
    if kind in _CONTAINERS and isinstance(inside, list):
        for child in inside:
            _add_part(child, parts, provider)
    elif part.is_multipart():
        raise Unsupported(f"{provider} cannot carry a part of type {kind}")
    elif part.get_content_disposition() == "attachment" or part.get_filename():
        parts.attachments.append(_attachment(part))
    elif kind in {"text/plain", "text/html"}:
        _add_text(part, parts, provider)
    elif part["Content-ID"]:
        parts.attachments.append(_attachment(part))
    else:
        raise Unsupported(f"{provider} cannot carry a part of type {kind} that is no attachment")


def _add_text(part: Message, parts: Parts, provider: str) -> None:
    kind, charset = part.get_content_type(), part.get_content_charset("us-ascii")
    text = _content(part).decode(charset, "replace").replace("\r\n", "\n")
    if (parts.text if kind == "text/plain" else parts.html) is not None:
        raise Unsupported(f"{provider} takes one {kind} part, and the message has two")
    if kind == "text/plain":
        parts.text = text
    else:
        parts.html = text


def _attachment(part: Message) -> MailAttachment:
    return MailAttachment(
        name=_decoded("Subject", part.get_filename() or "attachment"),
        kind=part.get_content_type(),
        content=_content(part),
        content_id=str(part["Content-ID"] or "").strip("<> "),
    )


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def headers_as_mapping(parts: Parts, provider: str) -> Mapping[str, str]:
    """The headers of an API that takes a name once.

    Raises:
        Unsupported: a header stands twice.
    """
    headers: dict[str, str] = {}
    for name, value in parts.headers:
        if name.lower() in {header.lower() for header in headers}:
            raise Unsupported(f"{provider} takes a header once, and the message has {name} twice")
        headers[name] = value
    return headers
