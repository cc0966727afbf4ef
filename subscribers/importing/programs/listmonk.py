"""listmonk: all subscribers with how they stand as a whole, not on a list."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="listmonk",
    marks=(
        ("uuid", "email", "attributes", "status"),
        ("uuid", "email", "attribs", "status", "lists"),
    ),
    source=(
        "The export handler in listmonk's source (cmd/subscribers.go), and the subscribers of its "
        "API with their lists."
    ),
    columns={
        "attributes": ("attributes", "attribs"),
        "joined": ("created_at",),
        "status": ("lists subscription_status",),
    },
    harmless=("uuid", "updated_at"),
    words={
        ListState.SUBSCRIBED: ("enabled",),
        ListState.LEFT: ("disabled", "blocklisted"),
    },
    # Of the API alone; the export has the same columns for whichever people are chosen.
    leaving_columns=("lists subscription_status",),
    advice=(
        "An export of listmonk does not tell who left a list, whatever its status says. Under "
        "Subscribers choose the list and then “Unsubscribed”, export those, and import them first "
        "with --state left; then choose “Confirmed”, or for a list of single opt-in "
        "“Unconfirmed” too, and import these with --state subscribed."
    ),
)
