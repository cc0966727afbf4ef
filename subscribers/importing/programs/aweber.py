"""AWeber: a status for each subscriber, and when and why they stopped."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="AWeber",
    marks=(
        ("Email", "Status", "Stop Time", "Stop Status"),
        ("Email", "Status", "Stop Time", "Ad Tracking"),
    ),
    source=(
        "AWeber API reference (subscribers: status, verification, unsubscribing); of the file "
        "only the shape is known."
    ),
    columns={
        "status": ("Status",),
        "left": ("Stop Time",),
        "reason": ("Stop Status", "Stop Method"),
        "joined": ("Date Added",),
        "confirmed": ("Verified Date",),
        "tags": ("Tags",),
    },
    harmless=(
        "Message",
        "Misc",
        "Ad Tracking",
        "IP Address",
        "Added URL",
        "Last Followup Date",
        "Last Followup Message",
    ),
    words={
        ListState.SUBSCRIBED: ("subscribed",),
        ListState.PENDING: ("unconfirmed",),
        ListState.LEFT: ("unsubscribed",),
    },
)
