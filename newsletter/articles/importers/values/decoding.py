"""Character decoding: which encodings are accepted, and error messages for the rest.

Labels have the meaning of the WHATWG Encoding Standard: "iso-8859-1" is windows-1252. Valid UTF-8
beyond ASCII is UTF-8, whatever it declares.
"""

import codecs
import re

import webencodings

from newsletter.articles.body.urls import without_controls
from newsletter.articles.importers.base import Unreadable

# UTF-32 before UTF-16: the little-endian byte order mark of UTF-32 starts with that of UTF-16.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What XML begins with that has no mark (XML 1.0, appendix F.1), UTF-32 first again.
STARTS_OF_XML = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)
_XML_ENCODING = re.compile(r"(<\?xml\b[^<>]*?)\s+encoding\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*')")
_DECLARED_IN_HTML = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w:.-]+)", re.IGNORECASE)
_DECLARED_IN_XML = re.compile(rb"<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w:.-]+)", re.IGNORECASE)
KNOWN_BINARIES = (
    (b"PK\x03\x04", "a Word, LibreOffice or zip file", "save it as text, Markdown or HTML"),
    (b"%PDF", "a PDF", "save its text as text, Markdown or HTML"),
    (b"\xd0\xcf\x11\xe0", "an old Word file", "save it as text, Markdown or HTML"),
    (b"\x1f\x8b", "gzip-compressed", "unpack it first"),
    (b"\x89PNG", "a picture", "leave it out"),
    (b"\xff\xd8\xff", "a picture", "leave it out"),
)
SAVE_AS_UTF8 = "save it again as UTF-8"
# Windows-1252 prose stays far below this share of non-ASCII bytes.
MAX_HIGH_BYTES = 0.3


def declared_in(content: bytes) -> str:
    """The encoding label that a page or XML document declares; empty where there is none."""
    start = content.lstrip()[:200]
    match = _DECLARED_IN_HTML.search(content[:4096]) or _DECLARED_IN_XML.match(start)
    return match[1].decode("ascii", "replace") if match else ""


def decode(content: bytes, declared: str = "") -> str:
    """The text of a file, without control characters, its lines ending in LF.

    Args:
        declared: the encoding label in the file.

    Raises:
        Unreadable: empty, not text, or in an unsupported encoding.
    """
    if not content.strip():
        raise Unreadable("the file is empty", "write an article into it, or delete it")
    text = without_controls(_decoded(content, declared))
    if not text.strip():
        raise Unreadable("the file is empty", "write an article into it, or delete it")
    return text


def xml_in_bytes(content: bytes) -> bytes:
    """XML whose ASCII characters are one byte each: UTF-16 and UTF-32 become UTF-8."""
    wide = ((start, encoding) for start, encoding in MARKS + STARTS_OF_XML if "8" not in encoding)
    encoding = next((encoding for start, encoding in wide if content.startswith(start)), "")
    if not encoding:
        return content
    return _XML_ENCODING.sub(r"\1", content.decode(encoding, "replace"), count=1).encode()


def in_utf8(content: bytes, label: str) -> bytes:
    """Text in the encoding of a label as UTF-8; unchanged where it is UTF-8, or unknown."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return _labelled(content, label).encode() or content
    return content


def _decoded(content: bytes, declared: str) -> str:
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _marked(content, encoding)
    for start, what, hint in KNOWN_BINARIES:
        if content.startswith(start):
            raise Unreadable(f"this is {what}, not text", hint)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _labelled(content, declared) or _windows(content, error)
    if content.isascii() and (labelled := _labelled(content, declared, only_escaped=True)):
        return labelled
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


def _labelled(content: bytes, label: str, *, only_escaped: bool = False) -> str:
    """The text decoded by label; empty if the label is UTF-8 or unknown.

    Args:
        only_escaped: only encodings that write everything in ASCII escape sequences (ISO 2022).
    """
    encoding = webencodings.lookup(label) if label else None
    if encoding is None or encoding.name in {"utf-8", "utf-16le", "utf-16be"}:
        return ""
    if only_escaped and encoding.name != "iso-2022-jp":
        return ""
    text: str = webencodings.decode(content, encoding, "replace")[0]
    return text


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    """Error handler: a byte that is not UTF-8 as Windows-1252, for files pasted together."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", "replace"), error.end


codecs.register_error("windows-1252-for-the-rest", _as_windows)


def _windows(content: bytes, error: UnicodeDecodeError) -> str:
    """The text as Windows-1252, or as UTF-8 with stray Windows-1252 bytes, if plausible."""
    lenient = content.decode("utf-8", "replace")
    broken = lenient.count("\ufffd")
    whole = sum(character > "\x7f" for character in lenient) - broken
    if whole > broken:
        return content.decode("utf-8", "windows-1252-for-the-rest")
    high = sum(byte > 0x7F for byte in content)
    controls = sum(byte < 0x20 and byte not in b"\t\n\r\f" for byte in content)
    if controls or high > len(content) * MAX_HIGH_BYTES:
        raise Unreadable("this is not text in an encoding that is known", SAVE_AS_UTF8) from error
    return content.decode("cp1252", "replace")
