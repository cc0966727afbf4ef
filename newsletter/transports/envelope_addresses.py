"""Checks addresses for use in SMTP commands, and hosts for loopback.

Whether an address exists, and how people write theirs, is not checked here.
"""

import re
from functools import lru_cache

# Excludes whatever could end an SMTP command or its angle brackets (RFC 5321, 4.1.2), and with
# them quoted local parts with spaces, which nobody uses in practice.
_NOT = r"\x00-\x20<>\x7f-\xa0@\ud800-\udfff"
_MAILBOX = re.compile(rf"[^{_NOT}]+@([^{_NOT}]+)")


def problem_of_recipient(address: str) -> str | None:
    """Why an address cannot be a recipient; None where it can."""
    match = _MAILBOX.fullmatch(address)
    if match is None:
        return f"{address!r} is not an address that mail can be sent to"
    if not match[1].isascii():
        return f"{address!r}: its domain must be in ASCII (IDNA) form"
    return None


@lru_cache(maxsize=64)
def is_sender(address: str) -> bool:
    """Whether an address may be an envelope sender; the null sender ("") may."""
    return not address or problem_of_recipient(address) is None
