"""Mail addresses: checked, brought to one form, and hashed for the suppression list."""

import re
from functools import lru_cache

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES, EMAIL_MAX_LENGTH

from newsletter.errors import InvalidInput
from newsletter.tokens.signing import derive_key, keyed_hash

# What nearly all addresses are: a dot-atom (RFC 5322, 3.2.3) at a host name in ASCII (RFC 1123,
# 2.1), no label with "--" where Punycode has it. email-validator takes 25 times as long.
_ATEXT = r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+"
_LABEL = r"(?!..--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN = re.compile(rf"({_ATEXT}(?:\.{_ATEXT})*)@((?:{_LABEL}\.)+{_LABEL})")
# These are judged by more than their form.
_SPECIAL_ENDS = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)
_FOLDED_NAMES = frozenset(CASE_INSENSITIVE_MAILBOX_NAMES)


def normalise_address(text: str) -> str:
    """The address in the form it is kept: domain in lower-case ASCII (IDNA), NFC local part.

    Raises:
        InvalidInput: not an address that mail can be sent to.
    """
    address = text.strip()
    return _plain(address) or _judged(address)


def _plain(address: str) -> str:
    """The address where it is plain ASCII and nothing is special about it, else nothing."""
    found = _PLAIN.fullmatch(address)
    if found is None or len(address) > EMAIL_MAX_LENGTH:
        return ""
    local, domain = found[1], found[2].lower()
    end = domain.rpartition(".")[2]
    if not end[-1].isalpha() or end in _SPECIAL_ENDS or local.lower() in _FOLDED_NAMES:
        return ""
    return f"{local}@{domain}"


def _judged(address: str) -> str:
    try:
        found = validate_email(address, check_deliverability=False)
    except EmailNotValidError as error:
        raise InvalidInput(f"{address!r} is not a mail address: {error}") from error
    return f"{found.local_part}@{found.ascii_domain.lower()}"


# Providers that leave dots out of account in the part before the @, by domain, and the domain that
# is the same mailbox (https://support.google.com/mail/answer/7436150).
_DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}


def mailbox_of(address: str) -> str:
    """What an address counts as where only the mailbox matters: one for all its spellings.

    A tag behind a plus (RFC 5233) is left out. Two people are never told apart or taken for one by
    this: it is for limits alone.
    """
    local, _, domain = address.casefold().rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTLESS:
        local, domain = local.replace(".", ""), _DOTLESS[domain]
    return f"{local}@{domain}"


def hash_address(secret: str, address: str) -> str:
    """The keyed hash by which an address is recognised on the suppression list.

    Upper and lower case are folded in the local part too: nobody who left as Ann@ should be
    mailed as ann@.
    """
    return keyed_hash(_suppression_key(secret), address.casefold())


@lru_cache(maxsize=8)
def _suppression_key(secret: str) -> bytes:
    return derive_key(secret, "suppression")
