"""HubSpot: contacts; opting out is told for all mail and for each type of it."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="HubSpot",
    marks=(
        ("Record ID", "Unsubscribed from all email"),
        ("Record ID", "Marketing contact status"),
        ("Contact ID", "Unsubscribed from all email"),
        ("Record ID", "Lifecycle Stage"),
    ),
    source="HubSpot's knowledge base, default contact properties.",
    columns={
        "status": ("Marketing contact status",),
        "left": (
            "Unsubscribed from all email",
            "Email hard bounce reason",
            "Invalid email address",
            "Email address quarantined",
            "Email address quarantined reason",
        ),
        "joined": ("Create Date", "Create Date (GMT)"),
    },
    starts={
        "left": ("Opted out of email",),
    },
    harmless=(
        "Record ID",
        "Contact ID",
        "Lead Status",
        "Lifecycle Stage",
        "Contact owner",
        "Last Activity Date",
        "Last Activity Date (GMT)",
        "Number of times contacted",
        "Marketing email confirmation status",
        "Legal basis for processing contact’s data",
        "Legal basis for processing contact's data",
        "Associated Company",
        "Became a Customer Date",
        "Original Source",
        "Membership status",
    ),
    words={
        ListState.SUBSCRIBED: ("marketing contact",),
        ListState.PENDING: ("non-marketing contact",),
    },
    leaving_columns=("Unsubscribed from all email",),
    advice=(
        "Without the column “Unsubscribed from all email” an export of HubSpot does not tell who "
        "has left: choose it among the properties to export."
    ),
)
