"""Keila: contacts with their data as JSON."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Keila",
    marks=(
        ("Email", "First name", "Last name", "External ID"),
        ("email", "first_name", "last_name", "external_id", "status"),
        ("Email", "First name", "Last name", "Data"),
    ),
    source="The importer, exporter and tests in Keila's source (lib/keila/contacts).",
    columns={
        "attributes": ("Data",),
    },
    harmless=("ID", "External ID"),
    words={
        ListState.SUBSCRIBED: ("active",),
        ListState.LEFT: ("unsubscribed",),
        ListState.BOUNCED: ("unreachable",),
    },
)
