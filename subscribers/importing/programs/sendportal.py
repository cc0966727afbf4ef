"""SendPortal: all subscribers of a workspace, those who have left among them, and no status."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="SendPortal",
    marks=(("id", "hash", "email", "first_name", "last_name", "created_at"),),
    source="SendPortal's source: the export of SubscribersController, and the table's migration.",
    columns={
        "joined": ("created_at",),
        "left": ("unsubscribed_at",),
    },
    harmless=("id", "hash", "workspace_id", "meta", "unsubscribe_event_id", "updated_at"),
    leaving_columns=("unsubscribed_at",),
    advice=(
        "An export of SendPortal holds those who have left too, and does not tell who they are. "
        "Have the table sendportal_subscribers exported from its database instead: there, "
        "unsubscribed_at tells."
    ),
)
