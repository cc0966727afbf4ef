"""Loops: contacts, whether they are subscribed, and whether they confirmed."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Loops",
    marks=(
        ("email", "subscribed", "userGroup"),
        ("email", "subscribed", "optInStatus"),
    ),
    source="Loops's API reference (contact properties); of the file only the shape is known.",
    columns={
        "status": ("subscribed", "optInStatus"),
        "joined": ("createdAt",),
    },
    harmless=("source", "userGroup", "userId"),
    words={
        # Without double opt-in the status of opting in is empty.
        ListState.SUBSCRIBED: ("accepted", ""),
        ListState.PENDING: ("pending",),
        ListState.LEFT: ("rejected",),
    },
)
