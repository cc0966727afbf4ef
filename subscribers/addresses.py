"""Email addresses: validation, normalisation, and hashes for the suppression list."""

import re
from functools import lru_cache
from unicodedata import normalize

from newsletter.errors import InvalidInput
from newsletter.tokens.signing import derive_key, keyed_hash

# Fast path for nearly all addresses: a dot-atom (RFC 5322, 3.2.3) at an ASCII host name (RFC 1123,
# 2.1), no label with "--" in the place of Punycode's. email-validator takes 25 times as long.
_ATEXT = r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+"
_LABEL = r"(?!..--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN = re.compile(rf"({_ATEXT}(?:\.{_ATEXT})*)@((?:{_LABEL}\.)+{_LABEL})")


def normalise_address(text: str) -> str:
    """The normalised address: domain in lower-case ASCII (IDNA), local part in NFC.

    Raises:
        InvalidInput: not a deliverable address.
    """
    address = in_plain_letters(text.strip())
    return _plain(address) or _judged(address)


def in_plain_letters(address: str) -> str:
    """The address with letters of another width or shape as plain ones, if all then are ASCII.

    Keyboards and documents write ｃｌｅｏ@ for cleo@; no mailbox is named so (RFC 8265, 3.3.2).
    """
    if address.isascii():
        return address
    plain = normalize("NFKC", address)
    return plain if plain.isascii() else address


@lru_cache(maxsize=1)
def _specials() -> tuple[frozenset[str], frozenset[str], int]:
    """What is left to email-validator: ends of special-use domains, mailbox names, the length."""
    from email_validator import SPECIAL_USE_DOMAIN_NAMES
    from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES, EMAIL_MAX_LENGTH

    ends = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)
    return ends, frozenset(CASE_INSENSITIVE_MAILBOX_NAMES), EMAIL_MAX_LENGTH


def _plain(address: str) -> str:
    """The address if it is plain ASCII without special cases, else empty."""
    special_ends, folded_names, longest = _specials()
    match = _PLAIN.fullmatch(address)
    if match is None or len(address) > longest:
        return ""
    local, domain = match[1], match[2].lower()
    end = domain.rpartition(".")[2]
    if not end[-1].isalpha() or end in special_ends or local.lower() in folded_names:
        return ""
    return f"{local}@{domain}"


def _judged(address: str) -> str:
    from email_validator import EmailNotValidError, validate_email

    try:
        validated = validate_email(address, check_deliverability=False)
    except EmailNotValidError as error:
        raise InvalidInput(f"{address!r} is not a mail address: {error}") from error
    return f"{validated.local_part}@{validated.ascii_domain.lower()}"


def hash_address(secret: str, address: str) -> str:
    """The keyed hash of an address on the suppression list.

    Case-insensitive in the local part too: suppressing Ann@ must suppress ann@. Letters of another
    width or shape make nobody a second person either (Unicode Standard Annex 15, NFKC).
    """
    folded = address.casefold()
    if not folded.isascii():
        folded = normalize("NFKC", folded).casefold()
    return keyed_hash(_suppression_key(secret), folded)


@lru_cache(maxsize=8)
def _suppression_key(secret: str) -> bytes:
    return derive_key(secret, "suppression")
