"""Pipedrive: people, with how they stand towards marketing."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Pipedrive",
    marks=(("Person - Name", "Person - Email"), ("Person - Name", "Person - Email - Work")),
    source=(
        "Pipedrive's API reference (persons: marketing_status); of the file only the shape is "
        "known."
    ),
    columns={
        "address": (
            "Person - Email - Work",
            "Person - Email",
            "Person - Email - Home",
            "Person - Email - Other",
        ),
        "name": ("Person - Name",),
        "first_name": ("Person - First name",),
        "last_name": ("Person - Last name",),
        "status": ("Person - Marketing status",),
        "joined": ("Person - Person created",),
        "tags": ("Person - Label", "Person - Labels"),
    },
    harmless=(
        *("Person - ID", "Person - Owner", "Person - Organization", "Person - Visible to"),
        *("Person - Update time", "Person - Open deals", "Person - Won deals"),
        *("Person - Lost deals", "Person - Closed deals", "Person - Next activity date"),
        *("Person - Last activity date", "Person - Done activities", "Person - Total activities"),
        *("Person - Activities to do", "Person - Email messages count", "Person - Profile picture"),
    ),
    prefixes=("Person - Phone", "Person - Organization", "Organization -"),
    words={
        ListState.SUBSCRIBED: ("subscribed",),
        ListState.PENDING: ("no_consent", "no consent", "never_marketed_to"),
        ListState.LEFT: ("unsubscribed", "archived"),
        ListState.BOUNCED: ("bounced",),
    },
)
