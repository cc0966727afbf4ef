"""Substack: subscribers with their plan; whether mail to them is off."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Substack",
    marks=(
        ("email_disabled", "active_subscription"),
        ("email_disabled", "prefer_digests"),
        ("email_disabled", "stripe_connected_customer_id"),
        ("Email", "Stripe plan", "Cancel date", "Start date"),
        ("Email", "Subscription type", "Subscription date", "Receiving emails for"),
    ),
    source=(
        "The files of Substack's data export (all addresses, subscribers) and its table of "
        "subscribers in both forms, as programs that read them list their headings and name the "
        "fields behind them."
    ),
    columns={
        "left": ("email_disabled",),
        # The field behind it is named unsubscribed_at, and its page speaks of payment.
        "doubtful": ("Cancel date",),
        # The field behind it is named emails_enabled.
        "received": ("Sections", "Receiving emails for"),
        "joined": ("created_at", "Start date", "Subscription date"),
        "tags": ("Tags",),
    },
    harmless=(
        "active_subscription",
        "expiry",
        "plan",
        "first_payment_at",
        "podcast",
        "prefer_digests",
        "digest_enabled",
        "stripe_connected_customer_id",
        "type",
        "Stripe plan",
        "Paid upgrade date",
        "First paid date",
        "First payment at",
        "Expiration date",
        "Expires at",
        "Bestseller",
        "Is Bestseller",
        "Bundle",
        "Bundle origin",
        "Can see paid content",
        "Group membership",
        "num_emails_opened",
        "Last email open",
        "Last clicked at",
        "Revenue",
        "Activity",
        "State/Province",
        "Subscriber country",
        "Subscription interval",
        "Subscription type",
    ),
    prefixes=(
        "Email ",
        "Emails ",
        "Unique ",
        "Post views",
        "Link clicks",
        "Links clicked",
        "Comments",
        "Shares",
        "Days active",
        "Subscription source",
        "Subscriptions gifted",
    ),
    advice=(
        "Who has turned mail off is told by email_disabled in Substack's data export. Its table of "
        "subscribers does not tell: whoever has a date of cancelling there, which may be that of a "
        "payment, or no section to be sent, stays unconfirmed."
    ),
)
