"""Finds mail addresses in fields and words. Pure."""

import re
from collections.abc import Iterator
from email.utils import getaddresses

# Generous, for what servers quote: letters beyond ASCII, quoted local parts.
ADDRESS = re.compile(
    r"""(?<![\w.+/=&%~!#$*-])(?:"[^"\s@]{1,60}"|[^\s<>()\[\]{},;:"'`@\\|«»“”‘’]{1,64})"""
    r"@(?:[\w-]{1,63}\.)+[\w-]{2,63}(?![\w-])"
)
# Several hundred recipients; what is longer is cut.
MAX_HEADER = 8 * 1024
_TYPED = re.compile(r"^\s*[\w-]+\s*;\s*")
# What Postfix, Exim, Sendmail and iPlanet write beside the address that an alias led to.
_LED_FROM = re.compile(
    r"[>:\s]*(?:\((?:expanded|(?:ultimately )?generated)\s+from:?|original address:)\s+<?"
    rf"({ADDRESS.pattern})",
    re.IGNORECASE,
)
# The software's own names.
_SOFTWARE = re.compile(
    r"^(?:mailer[-_ ]?daemon|postmaster|mail-?daemon|mdaemon|abuse|no-?reply|support|help(?:desk)?"
    r"|administrator|root|bounces?)@",
    re.IGNORECASE,
)


def of_field(value: str) -> str:
    """The address of a recipient field, such as "rfc822; ann@example.org" (RFC 3464, 2.3.1)."""
    text = _TYPED.sub("", value).strip()
    match = ADDRESS.search(text.strip("<> ").replace("<", " "))
    if match:
        return tidy(match[0])
    text = text.strip("<>\"' ")
    # A recipient of the same machine has no domain.
    return text if "@" in text and " " not in text else ""


def of_header(value: str) -> list[str]:
    """The addresses of a header such as To."""
    value = value[:MAX_HEADER]
    try:
        addresses = [address for _, address in getaddresses([value]) if "@" in address]
    except RecursionError:  # it calls itself for each parenthesis
        addresses = []
    return [tidy(address) for address in addresses] or [tidy(a) for a in ADDRESS.findall(value)]


def in_text(text: str) -> Iterator[tuple[int, str]]:
    """Addresses within words, with where they begin."""
    for match in ADDRESS.finditer(text):
        yield match.start(), tidy(match[0])


def led_from(text: str, recipient: str) -> str:
    """The address from which an alias led to a recipient; empty where the words say none."""
    place = re.search(re.escape(recipient), text, re.IGNORECASE) if recipient else None
    match = _LED_FROM.match(text, place.end()) if place else None
    return tidy(match[1]) if match else ""


def is_software(address: str) -> bool:
    """Whether an address is a mail server's own."""
    return bool(_SOFTWARE.match(address))


def tidy(address: str) -> str:
    """Without what surrounds an address in a sentence."""
    address = address.strip("<>\"'`.,;:()[]{}*= \t")
    # "SMTP=" stands within an X.400 address.
    return re.sub(r"^(?:mailto:|rfc822;|smtp=)", "", address, flags=re.IGNORECASE)
