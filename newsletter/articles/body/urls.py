"""URLs in articles: resolved, percent-encoded (RFC 3986), and stored relative within the site.

A URL within the site is stored as a path below the base URL ("/maps/wall.html"), so that links
survive a change of domain; `resolved` completes it for display.
"""

import re
from functools import lru_cache
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

import idna

LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
IMAGE_SCHEMES = frozenset({"http", "https"})
# RFC 3986 section 2: reserved characters that stay unescaped in a path; "%" starts an escape.
_PATH = "/:@!$&'()*+,;=~-._%"
_QUERY = _PATH + "?"
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# XML 1.0 section 2.2: characters that no document may hold, and those it discourages: C1 controls
# and non-characters (Unicode 23.7). Feeds are XML.
ILLEGAL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
# A separate pattern: one combined set is ten times slower.
ILLEGAL_BEYOND_BMP = re.compile(
    "["
    + "".join(f"{chr(n + 0xFFFE)}{chr(n + 0xFFFF)}" for n in range(0x10000, 0x110000, 0x10000))
    + "]"
)
_C0 = bytes((*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F))
# What follows 0xC2 in the UTF-8 of C1 controls; patterns of the UTF-8 of the others, each with the
# byte that it begins with. Bytes are searched many times as fast as characters, and one byte many
# times as fast as a pattern.
_C1 = frozenset(bytes((byte,)) for byte in range(0x80, 0xA0) if byte != 0x85)
_OTHERS = (
    (b"\xed", re.compile(rb"\xed[\xa0-\xbf]")),
    (b"\xef", re.compile(rb"\xef(?:\xb7[\x90-\xaf]|\xbf[\xbe\xbf])")),
    *(
        (bytes((byte,)), re.compile(bytes((byte,)) + rb"[\x8f\x9f\xaf\xbf]\xbf[\xbe\xbf]"))
        for byte in range(0xF0, 0xF5)
    ),
)
# Decimal or hexadecimal; leading zeros are skipped, and the semicolon may be missing.
_REFERENCE = re.compile(r"&#0*(?:(\d{1,9})(?!\d)|[xX]0*([0-9a-fA-F]{1,9})(?![0-9a-fA-F]));?")
_TAG = re.compile(r'<[a-z][a-z0-9]*(?:\s+[a-z-]+="[^"]*")+\s*>')
_WITHIN = re.compile(r'(\s(?:href|src|cite)=")(/[^/"][^"]*|/)(?=")')
_ANCHOR = re.compile(r'(\shref=")(#[^"]*)(?=")')


def names_in(words: str) -> frozenset[str]:
    """The words of a space-separated list."""
    return frozenset(words.split())


def without_controls(text: str) -> str:
    """The text without characters that XML, and so a feed, cannot hold; line ends as LF."""
    if text.isascii() and text.isprintable():
        return text
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return ILLEGAL_BEYOND_BMP.sub("", ILLEGAL.sub("", text)) if _has_illegal(text) else text


def without_control_references(html: str) -> str:
    """The HTML without references such as `&#27;` to what no tree of lxml takes when it is set.

    References to C1 stay: browsers read them as Windows-1252 (HTML, 13.2.5.80).
    """
    return _REFERENCE.sub(_kept_reference, html) if "&#" in html else html


def _kept_reference(reference: re.Match[str]) -> str:
    digits, hexadecimal = reference.groups()
    number = int(hexadecimal, 16) if hexadecimal else int(digits)
    is_kept = number <= 0x10FFFF and (0x7F <= number < 0xA0 or not _has_illegal(chr(number)))
    return reference[0] if is_kept else ""


def _has_illegal(text: str) -> bool:
    content = text.encode("utf-8", "surrogatepass")
    if len(content.translate(None, _C0)) < len(content):
        return True
    if text.isascii():
        return False
    if not _C1.isdisjoint(part[:1] for part in content.split(b"\xc2")[1:]):
        return True
    return any(byte in content and pattern.search(content) for byte, pattern in _OTHERS)


# A sanitised body is read twice, and pages repeat their links.
@lru_cache(maxsize=4096)
def absolute_address(
    address: str, base: str, schemes: frozenset[str] = IMAGE_SCHEMES
) -> str | None:
    """The absolute, percent-encoded URL; None for a disallowed scheme or an invalid URL."""
    address = re.sub(r"[\t\n]", "", without_controls(address)).strip()
    if not address or (address.startswith("#") and not urlsplit(base).path.strip("/")):
        return None
    try:
        joined = urljoin(base, address)
        return _encoded(joined, schemes)
    except ValueError:
        return None


def _encoded(address: str, schemes: frozenset[str]) -> str | None:
    parts = urlsplit(address)
    if parts.scheme not in schemes:
        return None
    if parts.scheme == "tel":
        return "tel:" + re.sub(r"[^\d+().;=a-zA-Z*#-]", "", unquote(parts.path))
    if parts.scheme not in IMAGE_SCHEMES:
        return urlunsplit(
            parts._replace(path=_quoted(parts.path, _PATH), query=_quoted(parts.query, _QUERY))
        )
    if not parts.hostname:
        return None
    return urlunsplit(
        (
            parts.scheme,
            _host(parts.netloc),
            _quoted(parts.path, _PATH),
            _quoted(parts.query, _QUERY),
            _quoted(parts.fragment, _QUERY),
        )
    )


def _quoted(part: str, safe: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe=safe, errors="replace")


def _host(netloc: str) -> str:
    """The authority with its host in ASCII (IDNA, RFC 5891).

    Raises:
        ValueError: it is no host.
    """
    if netloc.isascii():
        if re.search(r"[\s<>\"\\^`{|}]", netloc):
            raise ValueError(netloc)
        return netloc
    before, at, host = netloc.rpartition("@")
    name, colon, port = host.partition(":")
    try:
        ascii_name = idna.encode(name, uts46=True).decode()
    except idna.IDNAError as error:
        raise ValueError(netloc) from error
    return f"{quote(before, safe=':%')}{at}{ascii_name}{colon}{port}"


def relative_to_site(html: str, base_url: str) -> str:
    """Sanitised HTML with the site's own URLs as paths below the base URL."""
    prefix = f'"{base_url}/'
    if not base_url or prefix not in html:
        return html
    pattern = re.compile(rf'(\s(?:href|src|cite)="){re.escape(base_url)}(?=/(?!/))')
    return _TAG.sub(lambda tag: pattern.sub(r"\1", tag[0]), html)


def resolved(html: str, base_url: str, page: str = "") -> str:
    """A stored body with every URL absolute.

    Args:
        page: the URL that fragments (`#note-1`) belong to; empty: they stay within the document.
    """
    if '="/' not in html and '="#' not in html:
        return html

    def completed(tag: re.Match[str]) -> str:
        text = _WITHIN.sub(rf"\g<1>{base_url}\g<2>", tag[0])
        return _ANCHOR.sub(rf"\g<1>{page}\g<2>", text) if page else text

    return _TAG.sub(completed, html)
