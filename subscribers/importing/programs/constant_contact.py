"""Constant Contact: how each person stands, the kind of their permission, and when they left."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Constant Contact",
    marks=(
        ("Email address", "Email status", "Email permission status"),
        ("Email address", "Email permission status", "Confirmed Opt-Out Date"),
    ),
    source=(
        "Constant Contact's API guide (contact export, permission to send); the headings as "
        "programs that read the file list them."
    ),
    columns={
        "status": ("Email status", "Email permission status"),
        "left": ("Confirmed Opt-Out Date",),
        "reason": ("Confirmed Opt-Out Source", "Confirmed Opt-Out Reason"),
        "joined": ("Created At",),
        "tags": ("Email Lists", "Tags"),
        "notes": ("Notes",),
    },
    harmless=(
        "Email update source",
        "Source Name",
        "Updated At",
        "SMS status",
        "SMS permission status",
    ),
    words={
        ListState.SUBSCRIBED: ("active", "express", "explicit", "confirmed"),
        ListState.PENDING: (
            "",
            # Of people one has dealings with; a party may not mail them for that (PECR, 22).
            "implied",
            "awaiting confirmation",
            "pending confirmation",
            "no permissions set",
            "not set",
            "temp hold",
        ),
        ListState.LEFT: ("unsubscribed", "opt-out", "removed"),
    },
)
