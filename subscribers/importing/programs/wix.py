"""Wix: contacts of a site, with the state of each as a subscriber."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Wix",
    marks=(("Email 1", "Email subscriber status"),),
    source=(
        "Wix API reference (contacts: email subscription status); of the file "
        "only the shape is known."
    ),
    columns={
        "address": ("Email 1",),
        "status": ("Email subscriber status",),
        "joined": ("Created At (UTC+0)",),
        "tags": ("Labels",),
    },
    harmless=(
        "SMS subscriber status",
        "Source",
        "Language",
        "Last Activity",
        "Last Activity Date (UTC+0)",
    ),
    words={
        ListState.SUBSCRIBED: ("subscribed",),
        ListState.PENDING: ("pending", "never subscribed", "not set"),
        ListState.LEFT: ("unsubscribed",),
    },
)
