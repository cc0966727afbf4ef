"""Klaviyo: profiles with consent and suppressions."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Klaviyo",
    marks=(
        ("Klaviyo ID",),
        ("Email", "Email Marketing Consent", "Email Marketing Consent Timestamp"),
        ("Email", "Email Suppressions"),
    ),
    source=(
        "Klaviyo's API documentation (consent and suppression); the headings as programs that read "
        "its export of profiles list them."
    ),
    columns={
        "status": ("Email Marketing Consent",),
        "left": ("Email Suppressions", "Email Suppressions Timestamp", "Suppressed"),
        "joined": ("Profile Created On", "Date Added"),
    },
    harmless=(
        "Klaviyo ID",
        "SMS Marketing Consent",
        "SMS Consent",
        "SMS Marketing Consent Timestamp",
        "SMS Suppressions",
        "WhatsApp Marketing Consent",
        "Email Marketing Consent Timestamp",
        "Historic Customer Lifetime Value",
        "Total Customer Lifetime Value",
        "Predicted Customer Lifetime Value",
        "Average Order Value",
        "Historic Number Of Orders",
        "First Active",
        "Last Active",
        "Source",
        "Last Open",
        "Last Click",
        "Initial Source",
        "Organization",
        "Title",
        "State / Region",
    ),
    prefixes=("SMS", "Predicted", "Expected", "Churn", "Average", "Historic", "WhatsApp"),
    words={
        ListState.SUBSCRIBED: ("subscribe",),
        ListState.PENDING: ("never_subscribed", "no consent"),
        ListState.LEFT: ("unsubscribe", "user_suppressed"),
        ListState.BOUNCED: ("hard_bounce", "invalid_email"),
        ListState.COMPLAINED: ("marked_as_spam", "spam_complaint"),
    },
)
