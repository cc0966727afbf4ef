"""Kit: subscribers with their state (formerly ConvertKit)."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Kit",
    marks=(
        ("first_name", "email_address", "state", "created_at"),
        ("first_name", "email", "created_at", "status", "tags"),
        ("subscriber id", "email", "status", "created_at", "tags"),
    ),
    source=(
        "Kit's API reference (subscribers and their states) and its help on subscriber "
        "states; of the file only the shape is known."
    ),
    columns={
        "status": ("state", "status"),
        "joined": ("created_at",),
        "tags": ("tags",),
    },
    harmless=("id", "subscriber id"),
    prefixes=("attribution", "location", "fields", "utm_"),
    words={
        ListState.SUBSCRIBED: ("active", "confirmed"),
        ListState.PENDING: ("inactive", "unconfirmed", "cold"),
        ListState.LEFT: ("cancelled", "unsubscribed"),
        ListState.BOUNCED: ("bounced",),
        ListState.COMPLAINED: ("complained",),
    },
)
