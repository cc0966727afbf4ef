"""What may stand in an SMTP command or a URL: addresses, and hosts that are this machine.

Whether an address exists, and how people write theirs, is not looked at here.
"""

import ipaddress
import re
from functools import lru_cache

# Nothing that could end an SMTP command or leave its angle brackets (RFC 5321, 4.1.2). Quoted
# local parts with spaces are refused with the rest: nobody signs up with one.
_NOT = r"\x00-\x20<>\x7f-\xa0@\ud800-\udfff"
_MAILBOX = re.compile(rf"[^{_NOT}]+@([^{_NOT}]+)")


def problem_of_recipient(address: str) -> str | None:
    """Why no mail can be addressed so; None where it can."""
    match = _MAILBOX.fullmatch(address)
    if match is None:
        return f"{address!r} is not an address that mail can be sent to"
    if not match[1].isascii():
        return f"{address!r}: its domain must be in ASCII (IDNA) form"
    return None


@lru_cache(maxsize=64)
def is_sender(address: str) -> bool:
    """Whether this may be an envelope sender; the empty null sender may."""
    return not address or problem_of_recipient(address) is None


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this very machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
