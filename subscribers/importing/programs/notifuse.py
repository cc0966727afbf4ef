"""Notifuse: contacts; their states on lists are not in the file."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Notifuse",
    marks=(("email", "external_id", "timezone", "full_name", "job_title"),),
    source="The exporter in Notifuse's source (console, ExportContactsModal).",
    columns={
        "joined": ("created_at",),
        "name": ("full_name",),
    },
    harmless=(
        "external_id",
        "phone",
        "timezone",
        "country",
        "address_line_1",
        "address_line_2",
        "state",
        "postcode",
        "job_title",
        "updated_at",
    ),
    prefixes=("custom_",),
    words={
        ListState.SUBSCRIBED: ("active",),
        ListState.PENDING: ("pending",),
        ListState.LEFT: ("unsubscribed",),
        ListState.BOUNCED: ("bounced",),
        ListState.COMPLAINED: ("complained",),
    },
    tells_leaving=False,
    advice=(
        "An export of Notifuse does not tell who has left a list: filter by the list and its "
        "status “unsubscribed” there, export those, and import them first with --state left; then "
        "those of “active” with --state subscribed."
    ),
)
