"""Omnisend: the state of each contact by channel."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Omnisend",
    marks=(
        ("Email", "Email status", "SMS status", "Email opt-in date"),
        ("Email", "Email status", "Email opt-out date"),
    ),
    source=(
        "Omnisend API reference (contacts: channels and their status); of the file "
        "only the shape is known."
    ),
    columns={
        "status": ("Email status",),
        "left": ("Email opt-out date",),
        "joined": ("Created at",),
        "tags": ("Tags",),
    },
    harmless=(
        "SMS status",
        "Email opt-in date",
        "Email opt-in source",
        "SMS opt-in date",
        "SMS opt-in source",
        "SMS opt-out date",
    ),
    words={
        ListState.SUBSCRIBED: ("subscribed",),
        ListState.PENDING: ("non-subscribed", "nonSubscribed"),
        ListState.LEFT: ("unsubscribed",),
    },
)
