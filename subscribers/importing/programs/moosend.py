"""Moosend: how each member of a list stands, and since when they are out."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Moosend",
    marks=(
        ("Email", "SubscribeType", "UnsubscribedOn"),
        ("Email", "SubscribeType", "SubscribeMethod"),
    ),
    source=(
        "Moosend API reference (subscribers: SubscribeType, UnsubscribedOn); of the file "
        "only the shape is known."
    ),
    columns={
        "status": ("SubscribeType",),
        "left": ("UnsubscribedOn",),
        "joined": ("CreatedOn",),
        "tags": ("Tags",),
    },
    harmless=("UpdatedOn", "UnsubscribedFromID", "SubscribeMethod", "Mobile"),
    words={
        ListState.SUBSCRIBED: ("subscribed", "1"),
        ListState.LEFT: ("unsubscribed", "2", "removed", "4"),
        ListState.BOUNCED: ("bounced", "3"),
    },
)
