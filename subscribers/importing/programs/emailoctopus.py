"""EmailOctopus: a status for each contact of a list."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="EmailOctopus",
    marks=(("Email address", "Status", "Created at", "Last updated at"),),
    source=(
        "EmailOctopus's API reference (contacts and their status); of the file only the shape is "
        "known."
    ),
    columns={
        "status": ("Status",),
        "joined": ("Created at",),
        "tags": ("Tags",),
    },
    harmless=("Last updated at",),
    words={
        ListState.SUBSCRIBED: ("SUBSCRIBED",),
        ListState.PENDING: ("PENDING",),
        ListState.LEFT: ("UNSUBSCRIBED",),
    },
)
