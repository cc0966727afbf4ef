"""Dotdigital: a status for each contact, beside the way in which they opted in."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Dotdigital",
    marks=(
        ("Email", "OptInType", "EmailType"),
        ("Email", "OptInType", "Status"),
    ),
    source=(
        "Dotdigital's API reference (contacts: status and optInType); of the file only the shape "
        "is known."
    ),
    columns={
        "status": ("Status",),
        "joined": ("DateCreated", "Date Created"),
        "first_name": ("FIRSTNAME",),
        "last_name": ("LASTNAME",),
        "name": ("FULLNAME",),
    },
    harmless=("OptInType", "EmailType", "LASTSUBSCRIBED", "DateModified"),
    words={
        ListState.SUBSCRIBED: ("subscribed",),
        # A mailbox that failed for a time is mailed there; a refusal says nothing of consent.
        ListState.PENDING: ("PendingOptIn", "SoftBounced", "MailBlocked", "NotAllowed", "Unknown"),
        ListState.LEFT: (
            "Unsubscribed",
            "Deleted",
            "Suppressed",
            "SharedSuppression",
            "GlobalSuppression",
            "DomainSuppression",
        ),
        ListState.BOUNCED: ("HardBounced", "NoMxRecord"),
        ListState.COMPLAINED: ("IspComplained", "DirectComplaint"),
    },
)
