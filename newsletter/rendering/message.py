"""A compiled message: encoded MIME cut at its slots, and one person's copy joined from it.

RFC 5322 lines, RFC 2045 quoted-printable, RFC 8058 one-click headers. Everything constant is
encoded once; per person nothing runs but the filling of slots.
"""

import hashlib
import re
from base64 import encodebytes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.quoprimime import body_encode

from newsletter.rendering.headers import FOLD_AT, date_header, header, mailbox, text_header
from newsletter.rendering.pictures import Picture
from newsletter.rendering.slots import TEXTS, Slot, mark, split_at_marks

SOFT_BREAK = "=\r\n"
# Printable, without "=", without a dot in front or a space at the end.
_UNCHANGED = re.compile(r"(?!\.)[ -<>-~]*(?<! )")


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What the headers of every copy of a mail say."""

    from_name: str
    from_address: str
    reply_to: str
    subject: str
    date: datetime
    unsubscribe_base: str
    """The unsubscribe address up to its token; empty for mail that needs no leaving."""
    list_id: str
    list_name: str
    feedback_id: str
    archive_url: str
    owner: str
    message_id_domain: str


@dataclass(frozen=True, kw_only=True)
class CompiledMessage:
    """A message as pieces: bytes that are the same for all, and slots.

    However its slots are filled, no line of it begins with a dot, and all but a recipient's
    own non-ASCII address is ASCII.
    """

    pieces: tuple[bytes | Slot, ...]
    slots: frozenset[Slot]
    """Those that occur."""

    def splice(self, values: Mapping[Slot, str]) -> bytes:
        """One person's message; `values` holds every slot that occurs."""
        return self.join(self.encode(values))

    def encode(self, values: Mapping[Slot, str]) -> dict[Slot, bytes]:
        """A person's values as they stand in the message."""
        return {slot: _encoded(slot, values[slot]) for slot in self.slots}

    def join(self, encoded: Mapping[Slot, bytes]) -> bytes:
        return b"".join([p if isinstance(p, bytes) else encoded[p] for p in self.pieces])


def write_message(
    envelope: Envelope, text: str, html: str, nonce: str, pictures: Sequence[Picture] = ()
) -> bytes:
    """The encoded message with its marks still in, fit to be kept and cut later.

    Pictures that the page names stand beside it in a multipart/related (RFC 2387).
    """
    text_part, html_part = _text_part("plain", text, nonce), _text_part("html", html, nonce)
    digest = hashlib.sha256((text_part + html_part).encode()).hexdigest()
    if pictures:
        html_part = _related(html_part, pictures, f"=_r{digest[:31]}")
    body = _multipart("alternative", [text_part, html_part], f"=_{digest[:32]}")
    return f"{_headers(envelope, nonce)}MIME-Version: 1.0\r\n{body}".encode("ascii")


def cut(content: bytes, nonce: str) -> CompiledMessage:
    """The message of `write_message`, ready to be spliced."""
    parts: Sequence[str | Slot] = split_at_marks(content.decode("ascii"), nonce)
    return CompiledMessage(
        pieces=tuple(p if isinstance(p, Slot) else p.encode("ascii") for p in parts),
        slots=frozenset(p for p in parts if isinstance(p, Slot)),
    )


def _headers(envelope: Envelope, nonce: str) -> str:
    lines = [
        header("From", mailbox(envelope.from_name, envelope.from_address)),
        f"To: {mark(Slot.TO, nonce)}\r\n",
        text_header("Subject", envelope.subject),
        date_header(envelope.date),
        header("Message-ID", f"<{mark(Slot.MESSAGE_ID, nonce)}@{envelope.message_id_domain}>"),
    ]
    if envelope.reply_to:
        lines.append(header("Reply-To", envelope.reply_to))
    if envelope.unsubscribe_base:
        address = f"<{envelope.unsubscribe_base}{mark(Slot.UNSUBSCRIBE, nonce)}>"
        lines += [
            header("List-Unsubscribe", address),
            header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            header("List-Id", mailbox(envelope.list_name, envelope.list_id)),
            header("List-Archive", f"<{envelope.archive_url}>"),
            header("List-Owner", f"<mailto:{envelope.owner}>"),
            header("Feedback-ID", envelope.feedback_id),
        ]
    lines.append(header("Auto-Submitted", "auto-generated"))
    return "".join(lines)


def _related(html_part: str, pictures: Sequence[Picture], boundary: str) -> str:
    parts = [html_part, *(_picture_part(picture) for picture in pictures)]
    return _multipart("related", parts, boundary, '; type="text/html"')


def _multipart(kind: str, parts: Sequence[str], boundary: str, more: str = "") -> str:
    """Parts with their own headers, in one that holds them.

    "=_" cannot occur in quoted-printable (RFC 2045, 6.7) nor in base64, so no part holds the
    boundary.
    """
    inner = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    head = f'Content-Type: multipart/{kind}{more};\r\n boundary="{boundary}"\r\n\r\n'
    return f"{head}{inner}--{boundary}--\r\n"


def _text_part(kind: str, text: str, nonce: str) -> str:
    return (
        f"Content-Type: text/{kind}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{_quoted(text, nonce)}"
    )


def _picture_part(picture: Picture) -> str:
    name = f"{picture.content_id.partition('@')[0]}.{picture.media_type.partition('/')[2]}"
    lines = encodebytes(picture.content).decode("ascii").rstrip("\n").replace("\n", "\r\n")
    return (
        f"Content-Type: {picture.media_type}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-ID: <{picture.content_id}>\r\n"
        f'Content-Disposition: inline;\r\n filename="{name}"\r\n\r\n{lines}'
    )


def _quoted(text: str, nonce: str) -> str:
    """Quoted-printable with each mark on a line of its own, between soft breaks."""
    lines = re.sub(r"[ \t]+\n", "\n", text.replace("\r\n", "\n"))
    return "".join(
        f"{SOFT_BREAK}{mark(part, nonce)}{SOFT_BREAK}" if isinstance(part, Slot) else _qp(part)
        for part in split_at_marks(lines, nonce)
    )


def _qp(text: str) -> str:
    """One stretch in quoted-printable, in which no line begins with a dot.

    A dot there would have to be doubled on its way by SMTP (RFC 5321, 4.5.2), mail after mail.
    Not `binascii.b2a_qp`: it lets lines grow past the 76 characters of RFC 2045 section 6.7.
    """
    if len(text) <= FOLD_AT - 4 and _UNCHANGED.fullmatch(text):
        return text
    encoded = body_encode(text.encode().decode("latin-1"), FOLD_AT - 3, "\r\n")
    if encoded.startswith("."):
        encoded = f"=2E{encoded[1:]}"
    return encoded.replace("\r\n.", "\r\n=2E")


def _encoded(slot: Slot, text: str) -> bytes:
    if slot is Slot.TO:
        return text.encode()  # raw UTF-8 in an address of RFC 6531 (RFC 6532, 3.2)
    return (_qp(text) if slot in TEXTS else text).encode("ascii")
