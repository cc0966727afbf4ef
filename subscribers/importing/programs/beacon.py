"""Beacon: supporters of a charity, with their consent to each way of contact."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Beacon",
    marks=(("Record ID", "Email address (primary)"),),
    source="Only the shape of the file is known.",
    columns={
        "address": ("Email address (primary)",),
        "status": ("Contact consent: Email",),
        "left": ("Deceased",),
    },
    harmless=(
        *("Record ID", "Email address (other)", "Contact consent: Post", "Type", "Gender"),
        *("Contact consent: Phone", "Contact consent: SMS", "Phone number (primary)", "Address"),
    ),
    words={
        ListState.SUBSCRIBED: ("opted in",),
        ListState.PENDING: ("no response", "not asked"),
        ListState.LEFT: ("opted out",),
    },
)
