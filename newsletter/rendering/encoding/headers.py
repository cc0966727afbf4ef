"""Mail header lines, safe from header injection and from mangled addresses.

Written here because the standard library folds a long List-Unsubscribe URL into an encoded word,
which Gmail does not read (cpython issue 85725).
"""

import re
from base64 import b64encode
from datetime import datetime
from email.header import Header
from email.utils import format_datetime

# Recommended line length, below 78 (RFC 5322 section 2.1.1).
FOLD_AT = 76
# An encoded word has at most 75 characters (RFC 2047 section 2).
ONE_WORD_BYTES = 45
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")


def header(name: str, value: str) -> str:
    """One structured header line in ASCII (addresses, ids, URLs), never encoded.

    Raises:
        ValueError: the value has a line break or a character that is not printable ASCII.
    """
    if not value.isascii() or not value.replace("\r\n ", "").isprintable():
        raise ValueError(f"{name} may hold printable ASCII only, found {value!r}")
    break_here = "\r\n " if len(name) + len(value) + 2 > FOLD_AT and "\r\n" not in value else " "
    return f"{name}:{break_here}{value}\r\n"


def text_header(name: str, value: str) -> str:
    """One unstructured header line (Subject), folded and encoded (RFC 2047)."""
    return f"{name}: {_encode(value, name)}\r\n"


def date_header(now: datetime) -> str:
    return header("Date", format_datetime(now))


def mailbox(name: str, address: str) -> str:
    """`"Name" <address>`, folded between the two if long."""
    name = _one_line(name)
    if not name:
        return address
    if not name.isascii():
        shown = _encoded_word(name) or _encode(name, "To")
    elif _ATOMS.fullmatch(name):
        shown = name
    else:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        shown = f'"{escaped}"'
    gap = "\r\n " if len(shown) + len(address) > FOLD_AT - 10 else " "
    return f"{shown}{gap}<{address}>"


def _encoded_word(words: str) -> str:
    """The text as one encoded word (RFC 2047 section 2); empty if it does not fit."""
    data = words.encode()
    return f"=?utf-8?b?{b64encode(data).decode()}?=" if len(data) <= ONE_WORD_BYTES else ""


def _encode(text: str, name: str) -> str:
    line = _one_line(text)
    charset = "us-ascii" if line.isascii() else "utf-8"
    encoded = Header(line, charset, maxlinelen=FOLD_AT, header_name=name)
    return encoded.encode(linesep="\r\n")


def _one_line(text: str) -> str:
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())
