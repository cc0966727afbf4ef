"""Reading an encoded mail for display, a malformed one included.

Meant for the `compat32` policy, which keeps a broken header instead of raising; what cannot be
decoded is shown as it is.
"""

import re
from base64 import b64encode
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from html import escape

_CID = re.compile(r"cid:([^\s\"'<>)]+)", re.IGNORECASE)
_IMAGE_TYPE = re.compile(r"image/[a-z0-9.+-]+")


def decoded_header(value: object) -> str:
    """A header's value with encoded words (RFC 2047) decoded, if possible."""
    text = " ".join(str(value).split())
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        return text


def first_text(mail: Message, kind: str) -> str:
    """The first part of a content type, such as "text/plain"; empty without one."""
    for part in mail.walk():
        if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
            return _text(part)
    return ""


def with_images(html: str, mail: Message) -> str:
    """The HTML with `cid:` addresses (RFC 2392) replaced by data URLs."""
    images: dict[str, str] = {}
    for part in mail.walk():
        name, kind = str(part.get("Content-ID", "")).strip("<> \t"), part.get_content_type()
        content = part.get_payload(decode=True) if name and _IMAGE_TYPE.fullmatch(kind) else None
        if isinstance(content, bytes):
            images[name] = f"data:{kind};base64,{b64encode(content).decode('ascii')}"
    return _CID.sub(lambda match: images.get(match[1], escape(match[0])), html)


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        return content.decode("latin-1")
