"""A compiled message: MIME encoded once, cut at its slots, and joined for each subscriber.

RFC 5322 lines, RFC 2045 quoted-printable or base64, whichever is shorter, RFC 8058 one-click
headers. Constant parts are encoded once; per subscriber only slots are filled.
"""

import hashlib
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.quoprimime import body_encode

from newsletter.rendering.encoding.base64_text import Base64Text, base64_lines
from newsletter.rendering.encoding.headers import (
    FOLD_AT,
    date_header,
    header,
    mailbox,
    text_header,
)
from newsletter.rendering.encoding.slots import TEXTS, Slot, placeholder, split_at_placeholders
from newsletter.rendering.pictures import Picture

CRLF = "\r\n"
SOFT_BREAK = f"={CRLF}"
# Three bytes are four characters, in lines of 76 (RFC 2045 section 6.8).
BASE64_GROWTH = 4 / 3 * 78 / 76
# Printable, without "=", a leading dot or a trailing space.
_UNCHANGED = re.compile(r"(?!\.)[ -<>-~]*(?<! )")
# Text parts in base64; "charset=utf-8" occurs in neither quoted-printable nor base64.
_BASE64_TEXT = re.compile(
    r"(?<=charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n)([A-Za-z0-9+/=\r\n]*?)"
    r"(?=\r\n--=_)"
)

Variable = Slot | Base64Text
Piece = bytes | Variable


@dataclass(frozen=True, kw_only=True)
class MessageHeaders:
    """Header values common to all copies, except the subject."""

    from_name: str
    from_address: str
    reply_to: str
    date: datetime
    message_id_domain: str
    unsubscribe_base: str = ""
    """The unsubscribe URL without its token; empty without a list."""
    unsubscribe_mailbox: str = ""
    """The address that mail leaves by, with {} for the signed word; empty: none."""
    list_id: str = ""
    list_name: str = ""
    feedback_id: str = ""
    archive_url: str = ""
    owner: str = ""


@dataclass(frozen=True, kw_only=True)
class CompiledMessage:
    """A message as a sequence of constant bytes and slots.

    Whatever the values, no line starts with a dot, and all is ASCII except a recipient's own non-
    ASCII address.
    """

    pieces: tuple[Piece, ...]
    variables: frozenset[Variable]
    """The distinct slots."""

    def splice(self, values: Mapping[Slot, str]) -> bytes:
        """One subscriber's message; `values` has every slot that occurs."""
        return self.join(self.encode(values))

    def encode(self, values: Mapping[Slot, str]) -> dict[Variable, bytes]:
        """The values as encoded in the message."""
        return {
            piece: _encoded(piece, values[piece])
            if isinstance(piece, Slot)
            else piece.encode(values)
            for piece in self.variables
        }

    def join(self, encoded: Mapping[Variable, bytes]) -> bytes:
        return b"".join([p if isinstance(p, bytes) else encoded[p] for p in self.pieces])


def write_message(
    headers: MessageHeaders,
    subject: str,
    plain_part: str,
    html_part: str,
    nonce: str,
    pictures: Sequence[Picture] = (),
) -> bytes:
    """The encoded message with placeholders, stored and split later.

    Embedded pictures are in a multipart/related with the HTML part (RFC 2387).

    Args:
        plain_part, html_part: from `text_part`.
    """
    digest = hashlib.sha256((plain_part + html_part).encode()).hexdigest()
    if pictures:
        html_part = _related(html_part, pictures, f"=_r{digest[:31]}")
    body = _multipart("alternative", [plain_part, html_part], f"=_{digest[:32]}")
    return f"{_headers(headers, subject, nonce)}MIME-Version: 1.0\r\n{body}".encode("ascii")


def text_part(kind: str, text: str, nonce: str) -> str:
    """An encoded text part with its headers, "plain" or "html".

    Base64 if it is shorter, as for Greek or Chinese (RFC 2045 section 6.8); placeholders are then
    inside the encoded text.
    """
    lines = re.sub(r"[ \t]+\n", "\n", text.replace("\r\n", "\n"))
    quoted = _quoted(lines, nonce)
    encoding, body = "quoted-printable", quoted
    if len(lines.encode()) * BASE64_GROWTH < len(quoted):
        encoding, body = "base64", base64_lines(lines.replace("\n", "\r\n").encode()).decode()
    return (
        f"Content-Type: text/{kind}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n{body.removesuffix(CRLF)}"
    )


def split_message(content: bytes, nonce: str) -> CompiledMessage:
    """The message from `write_message`, ready to splice."""
    pieces: list[Piece] = []
    for index, part in enumerate(_BASE64_TEXT.split(content.decode("ascii"))):
        if index % 2:
            pieces.append(Base64Text(split_at_placeholders(b64decode(part).decode(), nonce)))
        else:
            pieces += (
                p if isinstance(p, Slot) else p.encode("ascii")
                for p in split_at_placeholders(part, nonce)
            )
    return CompiledMessage(
        pieces=tuple(pieces),
        variables=frozenset(piece for piece in pieces if not isinstance(piece, bytes)),
    )


def _headers(headers: MessageHeaders, subject: str, nonce: str) -> str:
    lines = [
        header("From", mailbox(headers.from_name, headers.from_address)),
        f"To: {placeholder(Slot.TO, nonce)}\r\n",
        text_header("Subject", subject),
        date_header(headers.date),
        header(
            "Message-ID", f"<{placeholder(Slot.MESSAGE_ID, nonce)}@{headers.message_id_domain}>"
        ),
    ]
    if headers.reply_to:
        lines.append(header("Reply-To", headers.reply_to))
    if headers.unsubscribe_base:
        address = f"<{headers.unsubscribe_base}{placeholder(Slot.UNSUBSCRIBE, nonce)}>"
        if headers.unsubscribe_mailbox:
            begin, _, end = headers.unsubscribe_mailbox.partition("{}")
            word = placeholder(Slot.LEAVE, nonce)
            address += f", <mailto:{begin}{word}{end}?subject=unsubscribe>"
        lines += [
            header("List-Unsubscribe", address),
            header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            header("List-Id", mailbox(headers.list_name, headers.list_id)),
            header("List-Archive", f"<{headers.archive_url}>"),
            header("List-Owner", f"<mailto:{headers.owner}>"),
            header("Feedback-ID", headers.feedback_id),
        ]
    lines.append(header("Auto-Submitted", "auto-generated"))
    return "".join(lines)


def _related(html_part: str, pictures: Sequence[Picture], boundary: str) -> str:
    parts = [html_part, *(_picture_part(picture) for picture in pictures)]
    return _multipart("related", parts, boundary, '; type="text/html"')


def _multipart(kind: str, parts: Sequence[str], boundary: str, more: str = "") -> str:
    """A multipart of these parts.

    "=_" cannot occur in quoted-printable (RFC 2045, 6.7) nor in base64, so no part contains the
    boundary.
    """
    inner = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    head = f'Content-Type: multipart/{kind}{more};\r\n boundary="{boundary}"\r\n\r\n'
    return f"{head}{inner}--{boundary}--\r\n"


def _picture_part(picture: Picture) -> str:
    name = f"{picture.content_id.partition('@')[0]}.{picture.media_type.partition('/')[2]}"
    lines = base64_lines(picture.content).decode("ascii").removesuffix(CRLF)
    return (
        f"Content-Type: {picture.media_type}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-ID: <{picture.content_id}>\r\n"
        f'Content-Disposition: inline;\r\n filename="{name}"\r\n\r\n{lines}'
    )


def _quoted(text: str, nonce: str) -> str:
    """Quoted-printable with each placeholder on a line of its own, between soft breaks."""
    return "".join(
        f"{SOFT_BREAK}{placeholder(part, nonce)}{SOFT_BREAK}"
        if isinstance(part, Slot)
        else _qp(part)
        for part in split_at_placeholders(text, nonce)
    )


def _qp(text: str) -> str:
    """Text in quoted-printable without a line that starts with a dot.

    SMTP would double such a dot (RFC 5321, 4.5.2) in every mail. Not `binascii.b2a_qp`: its lines
    may exceed 76 characters (RFC 2045 section 6.7).
    """
    if len(text) <= FOLD_AT - 4 and _UNCHANGED.fullmatch(text):
        return text
    encoded = body_encode(text.encode().decode("latin-1"), FOLD_AT - 3, "\r\n")
    if encoded.startswith("."):
        encoded = f"=2E{encoded[1:]}"
    return encoded.replace("\r\n.", "\r\n=2E")


def _encoded(slot: Slot, text: str) -> bytes:
    if slot is Slot.TO:
        return text.encode()  # raw UTF-8 in an internationalised address (RFC 6532, 3.2)
    return (_qp(text) if slot in TEXTS else text).encode("ascii")
