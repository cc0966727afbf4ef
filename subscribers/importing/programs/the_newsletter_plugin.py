"""The Newsletter Plugin: single letters tell how subscribers stand."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="The Newsletter Plugin",
    marks=(
        ("Email", "Surname", "Status", "Token"),
        ("Email", "Feed by mail", "Follow up"),
    ),
    source="The exporter and the states in the plugin's source (users/users.php).",
    columns={
        "joined": ("Date",),
    },
    harmless=(
        "Gender",
        "Token",
        "Feed by mail",
        "Follow up",
        "IP",
        "ID",
        "Last activity",
        "WP user ID",
        "Referrer",
        "Country",
        "Region",
        "City",
    ),
    prefixes=("Profile", "List"),
    words={
        ListState.SUBSCRIBED: ("c",),
        ListState.PENDING: ("s",),
        ListState.LEFT: ("u",),
        ListState.BOUNCED: ("b",),
        ListState.COMPLAINED: ("p",),
    },
)
