"""From bytes to text: which encodings are taken, and what is told about the others."""

import codecs

from newsletter.articles.importers.base import Unreadable
from newsletter.articles.sanitising import without_controls

# UTF-32 before UTF-16: the little-endian mark of one begins with that of the other.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
KNOWN_BINARIES = (
    (b"PK\x03\x04", "a Word, LibreOffice or zip file", "save it as text, Markdown or HTML"),
    (b"%PDF", "a PDF", "save its text as text, Markdown or HTML"),
    (b"\xd0\xcf\x11\xe0", "an old Word file", "save it as text, Markdown or HTML"),
    (b"\x1f\x8b", "gzip-compressed", "unpack it first"),
    (b"\x89PNG", "a picture", "leave it out"),
    (b"\xff\xd8\xff", "a picture", "leave it out"),
)
SAVE_AS_UTF8 = "save it again as UTF-8"
# Western prose in Windows-1252 stays far below this share of bytes outside ASCII.
MOST_HIGH_BYTES = 0.3


def decode(content: bytes) -> str:
    """The text of a file, without control characters, its lines ending in LF.

    Raises:
        Unreadable: empty, not text, or of no encoding that is taken.
    """
    if not content.strip():
        raise Unreadable("the file is empty", "write an article into it, or delete it")
    text = without_controls(_decoded(content))
    if not text.strip():
        raise Unreadable("the file is empty", "write an article into it, or delete it")
    return text


def _decoded(content: bytes) -> str:
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _marked(content, encoding)
    for start, what, mend in KNOWN_BINARIES:
        if content.startswith(start):
            raise Unreadable(f"this is {what}, not text", mend)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _windows(content, error)
    if text.count("\0") > len(text) // 10:
        raise Unreadable("this is not text in an encoding that is known", SAVE_AS_UTF8)
    return text


def _marked(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-sig").upper()
        raise Unreadable(
            f"it says it is {name}, but byte {error.start} is not", SAVE_AS_UTF8
        ) from error


def _windows(content: bytes, error: UnicodeDecodeError) -> str:
    """The text as Windows-1252, where that makes sense."""
    line = content.count(b"\n", 0, error.start) + 1
    lenient = content.decode("utf-8", "replace")
    broken = lenient.count("\ufffd")
    whole = sum(character > "\x7f" for character in lenient) - broken
    if whole > broken:
        raise Unreadable(f"line {line} has bytes that are not UTF-8", SAVE_AS_UTF8)
    high = sum(byte > 0x7F for byte in content)
    controls = sum(byte < 0x20 and byte not in b"\t\n\r\f" for byte in content)
    if controls or high > len(content) * MOST_HIGH_BYTES:
        raise Unreadable("this is not text in an encoding that is known", SAVE_AS_UTF8)
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as reason:
        raise Unreadable(f"line {line} is neither UTF-8 nor Windows-1252", SAVE_AS_UTF8) from reason
