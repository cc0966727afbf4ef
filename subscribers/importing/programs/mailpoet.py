"""MailPoet: a row for each list that somebody is on, with their state there and as a whole."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="MailPoet",
    marks=(
        ("Global status", "List status"),
        ("Global status", "Subscription IP"),
    ),
    source="The exporter in MailPoet's source (lib/Subscribers/ImportExport/Export).",
    columns={
        "status": ("List status", "Global status"),
        "joined": ("Subscription time", "Confirmation time"),
        "tags": ("List", "Tags"),
    },
    harmless=("Subscription IP", "Confirmation IP"),
    words={
        ListState.PENDING: ("inactive",),
    },
    advice="MailPoet writes a row for each list; who has left one of them is not mailed here.",
)
