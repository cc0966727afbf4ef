"""Campaign Monitor: a state for each subscriber; consent to tracking is another matter."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Campaign Monitor",
    marks=(
        ("EmailAddress", "State", "ConsentToTrack"),
        ("EmailAddress", "State", "ReadsEmailWith"),
        ("Email Address", "State", "Consent to track"),
    ),
    source=(
        "Campaign Monitor's API reference (subscriber details and their states); of the file only "
        "the shape is known."
    ),
    columns={
        "status": ("State",),
        "joined": ("Date", "ListJoinedDate", "Date Added"),
    },
    harmless=("ConsentToTrack", "ReadsEmailWith", "ConsentToSendSms", "CustomFields"),
    words={
        ListState.SUBSCRIBED: ("active",),
        ListState.PENDING: ("unconfirmed",),
        ListState.LEFT: ("unsubscribed", "deleted"),
        ListState.BOUNCED: ("bounced",),
    },
)
