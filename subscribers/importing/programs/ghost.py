"""Ghost: members with their labels; whether they are sent newsletters."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Ghost",
    marks=(
        ("subscribed_to_emails", "complimentary_plan"),
        ("subscribed_to_emails", "labels"),
        ("subscribed_to_emails", "stripe_customer_id"),
    ),
    source="The members exporter in Ghost's source (ghost/core, members CSV).",
    columns={
        "status": ("subscribed_to_emails",),
        "left": ("deleted_at",),
        "tags": ("labels",),
        "joined": ("created_at",),
        "notes": ("note",),
    },
    harmless=(
        "id",
        "complimentary_plan",
        "stripe_customer_id",
        "tiers",
        "gift_id",
        "newsletters",
        "email_count",
        "email_opened_count",
        "email_open_rate",
        "attribution",
    ),
)
