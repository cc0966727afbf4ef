"""Which kind of event a server's answer is, from the verdict on its words and codes. Pure."""

import re

from newsletter.transports.events import EventKind
from newsletter.transports.verdicts import Verdict, is_about_size

_KINDS = {
    Verdict.RECIPIENT: EventKind.HARD,
    Verdict.FULL: EventKind.FULL,
    Verdict.BUSY: EventKind.SOFT,
    Verdict.RESTRICTED: EventKind.BLOCKED,
    Verdict.GREYLISTED: EventKind.SOFT,
    Verdict.MESSAGE: EventKind.SOFT,
    Verdict.DOMAIN: EventKind.SOFT,
    Verdict.UNCLEAR: EventKind.SOFT,
    Verdict.PACE: EventKind.BLOCKED,
    Verdict.POLICY: EventKind.BLOCKED,
    Verdict.CONFIGURATION: EventKind.BLOCKED,
    Verdict.ERROR: EventKind.UNKNOWN,
    Verdict.UNKNOWN: EventKind.SOFT,
}
# A domain that is gone or takes no mail (RFC 3463, X.1.2, X.4.4; RFC 7505), rather than down.
_GONE_DOMAIN = re.compile(
    r"(?<![\d.])5\.(1\.2|1\.10|4\.4)(?!\d)|\b556\b|null ?mx|nxdomain"
    r"|(host|domain)( name)?( [\w.-]+)? (is )?(unknown|not found|does not exist|doesn't exist)"
    r"|(no such|unknown|unrouteable mail) (domain|host)|name or service not known"
    r"|domain is not reachable|all relevant mx records"
    r"|no mx records? (found|for)|indicated no smtp service"
    r"|no mail exchangers|(does not|doesn't) (accept|receive) (any )?(e-?)?mail",
    re.IGNORECASE,
)
# It is for good, whatever code a relay puts before it (RFC 7505, 3).
_NULL_MX = re.compile(r"null ?mx", re.IGNORECASE)
_NO_NAME_SERVER = re.compile(
    r"host not found, try again|malformed or unexpected name server reply", re.IGNORECASE
)
_SECURITY = re.compile(r"(?<![\d.])[45]\.7\.\d")
_DIGIT = re.compile(r"(?<![\w.])([245])(?:\d\d(?![\w.])|\.\d{1,3}\.\d{1,3}(?![\w.]))")


def kind_of(verdict: Verdict, answer: str, *, is_permanent: bool) -> EventKind:
    """What a verdict on a server's answer means for the mail that was given up.

    Args:
        is_permanent: whether the server refused for good, rather than until patience was over.
    """
    if verdict is Verdict.RECIPIENT and not is_permanent:
        return EventKind.SOFT
    is_permanent = is_permanent or bool(_NULL_MX.search(answer))
    if verdict is Verdict.DOMAIN and is_permanent and _GONE_DOMAIN.search(answer):
        # "Host not found, try again" is a name server that did not answer (h_errno TRY_AGAIN).
        return EventKind.SOFT if _NO_NAME_SERVER.search(answer) else EventKind.HARD
    if verdict is Verdict.MESSAGE and _SECURITY.search(answer) and not is_about_size(answer):
        return EventKind.BLOCKED
    return _KINDS[verdict]
