"""Status in the name of a file or sheet."""

import re

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


def state_of_name(name: str) -> ListState | None:
    """The status in the name of a file of Mailchimp's; None if not stated."""
    match = _MAILCHIMP.match(name)
    return _STATES[match["word"].lower()] if match else None


def is_of_archive(name: str) -> bool:
    """Whether a list stood in an archive beside others, by the name that it has from there."""
    return name.lower().endswith(".zip)")


def may_state_status(name: str) -> bool:
    """Whether a name may state a status."""
    return _TELLING.search(name) is not None
