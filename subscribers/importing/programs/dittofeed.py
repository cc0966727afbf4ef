"""dittofeed: what a subscription group is to do with each user."""

from subscribers.importing.program import Program
from subscribers.importing.states import State

PROGRAM = Program(
    name="dittofeed",
    marks=(("id", "email", "action"),),
    source="The sample uploads in dittofeed's source (packages/dashboard/sample-uploads).",
    columns={
        "status": ("action",),
    },
    harmless=("id", "phone"),
    words={
        State.SUBSCRIBED: ("subscribe",),
        State.LEFT: ("unsubscribe",),
    },
)
