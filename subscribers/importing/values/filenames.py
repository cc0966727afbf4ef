"""Status in the name of a file or sheet."""

import re

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

# Mailchimp exports one file a status, stated in the name alone.
_MAILCHIMP = re.compile(
    r"(?P<word>unsubscribed|cleaned|nonsubscribed|subscribed)_\w*export", re.IGNORECASE
)
_STATES = {
    "unsubscribed": ListState.LEFT,
    "cleaned": ListState.BOUNCED,
    "nonsubscribed": ListState.PENDING,
    "subscribed": ListState.SUBSCRIBED,
}
_TELLING = re.compile(
    r"unsub|bounce|cleaned|nonsub|blocklist|blacklist|complain|suppress|opt.?out|removed|deleted|"
    r"abgemeld|abmeld|gesperrt|désab|desab|désinscri|desinscri|bajas?\b|disiscri|cancellat|"
    r"uitgeschr|afgemeld|wypis|odhlas|dad.?danys|inactive|inaktiv|inactif|spam|do.?not|left\b",
    re.IGNORECASE,
)


def state_of_name(name: str, program: Program | None) -> ListState | None:
    """The status in the name of a known program's file; None if not stated."""
    match = _MAILCHIMP.match(name)
    if match and program is not None and program.name == "Mailchimp":
        return _STATES[match["word"].lower()]
    return None


def may_state_status(name: str) -> bool:
    """Whether a name may state a status."""
    return _TELLING.search(name) is not None
