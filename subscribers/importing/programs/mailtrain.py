"""Mailtrain: the subscriptions of a list with their status."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Mailtrain",
    marks=(("cid", "status", "HASH_EMAIL", "EMAIL"),),
    source="The export in Mailtrain's source (server/routes/subscriptions.js).",
    columns={
        "status": ("status",),
        "first_name": ("MERGE_FIRST_NAME",),
        "last_name": ("MERGE_LAST_NAME",),
    },
    harmless=("cid", "HASH_EMAIL"),
)
