"""Substack: subscribers with their plan; whether mail to them is off."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Substack",
    marks=(("email_disabled", "active_subscription"),),
    source="The subscriber file of Substack's data export, as importers of other programs read it.",
    columns={
        "left": ("email_disabled",),
        "joined": ("created_at",),
    },
    harmless=(
        "active_subscription",
        "expiry",
        "plan",
        "first_payment_at",
        "podcast",
        "digest_enabled",
    ),
)
