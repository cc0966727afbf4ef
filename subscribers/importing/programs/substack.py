"""Substack: subscribers with their plan; whether mail to them is off."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Substack",
    marks=(
        ("email_disabled", "active_subscription"),
        ("Email", "Stripe plan", "Cancel date", "Start date"),
    ),
    source=(
        "The subscriber file of Substack's data export and its table of subscribers, as programs "
        "that read them list their headings."
    ),
    columns={
        "left": ("email_disabled",),
        "joined": ("created_at", "Start date"),
    },
    harmless=(
        "active_subscription",
        "expiry",
        "plan",
        "first_payment_at",
        "podcast",
        "digest_enabled",
        "Stripe plan",
        "Cancel date",
        "Paid upgrade date",
        "First paid date",
        "Expiration date",
        "Bestseller",
        "num_emails_opened",
        "Last email open",
        "Last clicked at",
        "Revenue",
        "Activity",
        "Type",
        "Sections",
        "State/Province",
    ),
    prefixes=(
        "Emails ",
        "Unique ",
        "Post views",
        "Links clicked",
        "Comments",
        "Shares",
        "Days active",
        "Subscription source",
        "Subscriptions gifted",
    ),
    advice=(
        "Substack's table of subscribers holds those who are mailed; its dates of cancelling speak "
        "of payment. Who has turned mail off is told by email_disabled in the data export."
    ),
)
