"""Takes a returned mail apart: words for people, fields for programs, the original's headers.

Bounded and without exceptions, whatever the bytes: line ends of any kind, cut off anywhere, wrongly
declared encodings. RFC 3462, 3464 and 5965 say where things are; many servers put them elsewhere.
"""

import re
from binascii import a2b_base64
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header
from email.message import Message
from email.policy import Compat32
from html import unescape
from itertools import islice

from newsletter.feedback.reading.address_finding import MAX_HEADER

# Reports come first and the mail they return last: what is beyond is not read.
MAX_BYTES = 192 * 1024
MAX_TEXT = 24 * 1024
MAX_PARTS = 40
MAX_DEPTH = 6
MAX_RECIPIENTS = 100
"""Of one report; each mail of ours has one, so that more are a mistake, or made to take long."""
LITTLE_TEXT = 60

Fields = dict[str, str]
"""Fields of one group, by name in lower case; the first of a name counts."""

_TAG = re.compile(
    # What is not closed goes on to the end: looking for the end of each would take quadratic time.
    r"<(?:style|script|head)\b.*?(?:</(?:style|script|head)>|(?=<body\b)|\Z)|<!--.*?(?:-->|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d|/td)\b[^<>]*>", re.IGNORECASE)
_ANY_TAG = re.compile(r"</?[a-zA-Z!][^<>@]*>|</?[a-zA-Z][\w:-]*\s[^<>]*>")
_FIELD = re.compile(r"([A-Za-z][\w-]{1,60})[ \t]*:[ \t]*(.*)")
_STATUS_FIELD = re.compile(
    r"^(?:final-recipient|original-recipient|action|status|diagnostic-code|reporting-mta)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
# A further recipient, without the empty line before.
_NEXT_RECIPIENT = re.compile(r"(?<=\n)(?=(?i:final-recipient)[ \t]*:)")
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]{16,}={0,2}")
_BOUNDARY = re.compile(rb"^--", re.MULTILINE)
MAX_BEGINNING = 10 * MAX_PARTS
# What makes the standard library's parser call itself, and look at each line once more.
_DEEPER = re.compile(rb"boundary|message/", re.IGNORECASE)
_BLANK = re.compile(r"\n[ \t]*\n")
_MIME_LINE = re.compile(
    r"--[\w=.+/!*-]+$|content-(?:type|transfer-encoding|disposition)\s*:", re.IGNORECASE
)
# Where the mail that is returned begins.
_ORIGINAL = re.compile(
    r"""^[ \t>]{0,80}(?:
        -+[ ]*(?:begin[ ])?(?:original|returned|undelivered|rejected|your)[ ](?:message|mail)\b.*
      | -*[ ]*below[ ]this[ ]line[ ]is[ ]a[ ]copy[ ]of[ ]the[ ]message.*
      | -+[ ]*(?:this[ ]is[ ]a[ ]copy|header[s]?[ ]of|unsent[ ]message|message[ ]header|
            included[ ]is[ ]a[ ]copy|enclosed[ ]is|the[ ]header[s]?|copy[ ]of|
            undelivered[ ]message|start[ ]of|the[ ]body[ ]of|original[ ]headers).*
      | (?:the[ ])?(?:original|returned|undelivered|rejected|your)[ ]message
            [ ](?:headers?[ ])?(?:follows|headers?|text|is[ ]included|is[ ]below|begins).*
      | (?:the[ ])?(?:header|content|text|first).{0,30}of[ ](?:the|your)[ ](?:original[ ])?
            (?:message|mail).{0,40}:?[ ]*
      | content-type:[ ]*(?:message/rfc822|text/rfc822-headers).*
      | begin[ ]forwarded[ ]message:?
      | (?:original|message)[ ]headers?:?.*
      | original[ ]message[ ]details?:?
      | message[ ]headers?[ ]follow:?.*
      | received:[ ]+(?:from|by|\(qmail)[ ].*
      | return-path:[ ]*<.*
    )$""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)


class _ShortHeaders(Compat32):
    """Cuts headers: reading the parameters of one takes quadratic time."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:MAX_HEADER]


@dataclass(kw_only=True)
class Returned:
    """A mail that came back, taken apart."""

    headers: Message
    content: bytes = b""
    """The mail itself, from `_lines`."""
    text: str = ""
    """The words for people, up to the original."""
    groups: list[Fields] = field(default_factory=list)
    """The delivery status: fields of the message, then of each recipient (RFC 3464, 2)."""
    feedback: list[Fields] = field(default_factory=list)
    """The feedback report's fields (RFC 5965, 3)."""
    original: Fields = field(default_factory=dict)
    """Headers of the mail that it is about."""
    disposition: Fields = field(default_factory=dict)
    """Fields of a read receipt (RFC 8098)."""
    source: str = ""
    """The mail that it is about, as far as it is returned."""

    def header(self, name: str) -> str:
        """A header, decoded, in one line; empty where there is none."""
        # As it came: the parser replaces what is not ASCII.
        values = (value for key, value in self.headers.raw_items() if key.lower() == name)
        raw = str(next(values, "")).encode("utf-8", "surrogateescape")
        return decoded(_decode(raw, None))

    def beginning(self) -> Message:
        """As much of the mail as is bearable for readers that go through it again and again."""
        content = self.content[:MAX_TEXT]
        end = _nth(_BOUNDARY, MAX_BEGINNING, content)
        return message_from_bytes(content[:end], policy=_ShortHeaders())

    @property
    def content_type(self) -> str:
        return str(self.headers.get_content_type())


def take_apart(content: bytes) -> Returned:
    """The parts of a returned mail, from at most `MAX_BYTES` of it."""
    content = _lines(content)
    message = message_from_bytes(content, policy=_ShortHeaders())
    returned = Returned(headers=message, content=content)
    texts: list[str] = []
    for part in _parts(message):
        _take(part, returned, texts)
    text = "\n\n".join(texts)[:MAX_TEXT]
    if not returned.groups and len(text) < LITTLE_TEXT:
        # Parts without their boundaries: what there is, is all in one piece.
        text = _whole(content)
    match = _ORIGINAL.search(text)
    if match:
        returned.source = returned.source or _unquoted(text[_begin_of(match) :])
        returned.original = returned.original or _original_in(returned.source)
        text = text[: match.start()]
    if not returned.groups and _STATUS_FIELD.search(text):
        returned.groups = _groups(text)
    returned.text = text
    return returned


def decoded(value: object) -> str:
    """A header with its encoded words decoded (RFC 2047), in one line."""
    text = " ".join(str(value).split())
    if "=?" not in text:
        return text
    pieces = []
    try:
        for piece, charset in decode_header(text):
            pieces.append(_decode(piece, charset) if isinstance(piece, bytes) else piece)
    except (ValueError, LookupError):
        return text
    return " ".join("".join(pieces).split())


def _lines(content: bytes) -> bytes:
    """The beginning, with LF as line ends and without what an mbox or a pipe puts before."""
    content = content[:MAX_BYTES].lstrip(b"\r\n \t\x00")
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if content[:5] in {b"From ", b">From"}:
        content = content.partition(b"\n")[2]
    return content[: _nth(_DEEPER, MAX_PARTS, content)]


def _nth(pattern: re.Pattern[bytes], number: int, content: bytes) -> int | None:
    """Where a pattern is found for the time after so many; None where it is not."""
    match = next(islice(pattern.finditer(content), number, None), None)
    return match.start() if match else None


def _parts(message: Message, depth: int = 0) -> Iterator[Message]:
    """Parts in order, without looking into the returned mail."""
    payload = _payload(message)
    is_opaque = message.get_content_maintype() == "message"
    if not isinstance(payload, list) or is_opaque or depth == MAX_DEPTH:
        yield message
        return
    for part in payload[:MAX_PARTS]:
        if isinstance(part, Message):
            yield from _parts(part, depth + 1)


def _take(part: Message, returned: Returned, texts: list[str]) -> None:
    match part.get_content_type():
        case "message/delivery-status" | "message/global-delivery-status":
            returned.groups += _groups(_source(part))
        case "message/feedback-report":
            returned.feedback += _groups(_source(part))
        case "message/disposition-notification" | "message/global-disposition-notification":
            returned.disposition = returned.disposition or _merged(_groups(_source(part)))
        case (
            "message/rfc822"
            | "message/global"
            | "message/partial"
            | "text/rfc822-headers"
            | "text/rfc822-header"
            | "message/global-headers"
            | "message/rfc822-headers"
        ):
            returned.source = returned.source or _source(part)
            returned.original = returned.original or _headers(returned.source)
        case "text/plain" | "text/html" | "text/enriched" | "multipart/report":
            texts.append(_text(part))
        case kind if kind.startswith("multipart/") and not part.is_multipart():
            # Cut off, or with a wrong boundary: what there is is all in one piece.
            texts.append(_text(part))
        case _:
            pass


def _source(part: Message) -> str:
    """A part as text, though the parser has taken it for a message of its own."""
    payload = _payload(part)
    if isinstance(payload, list):
        # As bytes: as text its charset is looked up, which may be one that does not exist.
        inner = (one.as_bytes() for one in payload[:MAX_PARTS] if isinstance(one, Message))
        text = b"\n".join(inner)[: 4 * MAX_TEXT]
        # RFC 6533 allows it for some types; of others the parser took the code for fields.
        return _decode(_of_base64(text) if _is_base64(part, text) else text, None)[:MAX_TEXT]
    return _text(part)


def _payload(part: Message) -> object:
    """Its parts, or its text; empty where its charset cannot be asked for."""
    try:
        return part.get_payload()
    except ValueError:  # a null character in the name
        return ""


def _text(part: Message) -> str:
    raw = str(_payload(part)).encode("utf-8", "replace")
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError):  # an encoding that does not exist
        payload = None
    if not isinstance(payload, bytes) or (_says_base64(part) and not _is_base64(part, raw)):
        payload = raw
    text = _decode(payload[: 4 * MAX_TEXT], part.get_content_charset())
    if part.get_content_subtype() == "html":
        text = _of_html(text)
    return text[:MAX_TEXT]


def _says_base64(part: Message) -> bool:
    return str(part.get("content-transfer-encoding", "")).strip().lower() == "base64"


def _is_base64(part: Message, content: bytes) -> bool:
    """Whether a part says so and begins so: some declare it and write plain text."""
    first = content.lstrip().partition(b"\n")[0].strip()
    return _says_base64(part) and bool(_BASE64_LINE.fullmatch(first))


def _of_base64(content: bytes) -> bytes:
    try:
        return a2b_base64(content)
    except ValueError:  # cut off within a group of four
        return content


def _decode(data: bytes, charset: str | None) -> str:
    named = charset or "utf-8"
    # Mail is never in these (RFC 2781, 3.3), and all pairs of letters are letters of theirs.
    is_wide = named.lower().startswith(("utf-16", "utf-32"))
    # Its escape sequences are ASCII, so that it would pass for UTF-8.
    is_japanese = b"\x1b$" in data
    for name in ("iso-2022-jp" if is_japanese else "utf-8" if is_wide else named, "utf-8"):
        try:
            text = data.decode(name)
            text.encode()  # some make halves of characters, such as UTF-7
        except (LookupError, ValueError):  # a null character in the name
            continue
        return text
    return data.decode("latin-1")


def _of_html(text: str) -> str:
    text = _BREAK.sub("\n", _TAG.sub(" ", text))
    return unescape(_ANY_TAG.sub(" ", text)).replace("\xa0", " ")


def _groups(text: str) -> list[Fields]:
    """Groups of fields, separated by empty lines (RFC 3464, 2.1)."""
    blocks = [piece for block in _BLANK.split(text) for piece in _by_recipient(block)]
    return [group for block in blocks if (group := _headers(block))]


def _by_recipient(block: str) -> list[str]:
    """The groups of a block whose recipients have no empty lines between them."""
    first, *others = _NEXT_RECIPIENT.split(block)
    if not others or "final-recipient" in first.lower():
        return [first, *others]
    return [first + others[0], *others[1:]]


def _headers(text: str) -> Fields:
    """Fields up to the first empty line, unfolded."""
    fields: Fields = {}
    name = ""
    for line in text.lstrip("\n").split("\n"):
        if not line.strip():
            break
        if line[0] in " \t" and name:
            fields[name] += " " + line.strip()
        elif match := _FIELD.match(line.strip() if line[0] in " \t" else line):
            name = match[1].lower()
            if name in fields:
                name = f"{name}-again"
            fields[name] = match[2].strip()
        else:
            name = ""
    return fields


def _merged(groups: list[Fields]) -> Fields:
    merged: Fields = {}
    for group in groups:
        merged = group | merged
    return merged


def _whole(content: bytes) -> str:
    """The body as it stands, without the lines of MIME."""
    body = _lines(content).partition(b"\n\n")[2]
    text = _decode(body[:MAX_TEXT], None)
    return "\n".join(line for line in text.split("\n") if not _MIME_LINE.match(line))


def _begin_of(boundary: re.Match[str]) -> int:
    """Where the original begins: with the line found, where that is one of its headers."""
    line = boundary[0].strip().lower()
    is_header = line.startswith(("received:", "return-path:"))
    return boundary.start() if is_header else boundary.end()


def _unquoted(text: str) -> str:
    lines = text.lstrip("\n").split("\n")
    if lines[0].startswith((">", "|")):
        lines = [re.sub(r"^[>|] ?", "", line) for line in lines]
    return "\n".join(lines)


def _original_in(text: str) -> Fields:
    """Headers of the original that is returned within the text."""
    for block in _BLANK.split(text.lstrip("\n"), maxsplit=3)[:3]:
        headers = _headers("\n".join(line.lstrip("> \t") or line for line in block.split("\n")))
        if headers.keys() & {"from", "to", "message-id", "subject", "received"}:
            return headers
    return {}
