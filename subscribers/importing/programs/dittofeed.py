"""dittofeed: what a subscription group is to do with each user."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="dittofeed",
    marks=(("id", "email", "action"),),
    source="The sample uploads in dittofeed's source (packages/dashboard/sample-uploads).",
    columns={
        "status": ("action",),
    },
    harmless=("id", "phone"),
    words={
        ListState.SUBSCRIBED: ("subscribe",),
        ListState.LEFT: ("unsubscribe",),
    },
)
