"""Mail header lines, written so that nothing can be injected and no address is mangled.

Our own writer because the standard library's folds a long List-Unsubscribe address into an
encoded word, which Gmail does not read (cpython issue 85725).
"""

import re
from base64 import b64encode
from datetime import datetime
from email.header import Header
from email.utils import format_datetime

# RFC 5322 section 2.1.1: a line should keep within 78 characters.
FOLD_AT = 76
# RFC 2047 section 2: an encoded word has at most 75 characters.
ONE_WORD_BYTES = 45
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")


def header(name: str, value: str) -> str:
    """One header line of ASCII structure (addresses, ids, URLs), never encoded.

    Raises:
        ValueError: the value holds a line break or anything but printable ASCII.
    """
    if not value.isascii() or not value.replace("\r\n ", "").isprintable():
        raise ValueError(f"{name} may hold printable ASCII only, found {value!r}")
    break_here = "\r\n " if len(name) + len(value) + 2 > FOLD_AT and "\r\n" not in value else " "
    return f"{name}:{break_here}{value}\r\n"


def text_header(name: str, value: str) -> str:
    """One header line of words (Subject), folded and encoded as RFC 2047 needs."""
    return f"{name}: {_encode(value, name)}\r\n"


def date_header(now: datetime) -> str:
    return header("Date", format_datetime(now))


def mailbox(name: str, address: str) -> str:
    """`"Name" <address>`, folded between the two where the line would be long."""
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
    """A short text as one encoded word (RFC 2047 section 2); empty where it takes several."""
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
