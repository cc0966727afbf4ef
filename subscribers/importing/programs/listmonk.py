"""listmonk: all subscribers with how they stand as a whole, not on a list."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="listmonk",
    marks=(("uuid", "email", "attributes", "status"),),
    source=(
        "The export handler in listmonk's source (cmd/subscribers.go) and its documentation "
        "of querying."
    ),
    columns={
        "attributes": ("attributes", "attribs"),
        "joined": ("created_at",),
    },
    harmless=("uuid", "updated_at"),
    words={
        ListState.SUBSCRIBED: ("enabled",),
        ListState.LEFT: ("disabled", "blocklisted"),
    },
    advice=(
        "The status of a listmonk export does not tell who left a list. In listmonk choose "
        "the list and the subscription status “Unsubscribed” under Subscribers, export those, "
        "and import them first with --state left."
    ),
)
