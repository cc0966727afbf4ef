"""Buttondown: the type of a subscriber tells how they stand."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Buttondown",
    marks=(
        ("email_address", "metadata", "type"),
        ("email", "metadata", "type", "secondary_id"),
        ("email_address", "unsubscription_date"),
    ),
    source="Buttondown's API documentation, the types of a subscriber, and its export.",
    columns={
        "status": ("type",),
        "left": (
            "unsubscription_date",
            "undeliverability_date",
            "undeliverability_reason",
            "unsubscription_reason",
            "transitions_to_unsubscribed",
        ),
        "joined": ("creation_date",),
        "attributes": ("metadata",),
        "notes": ("notes",),
    },
    harmless=(
        "source",
        "id",
        "secondary_id",
        "referrer_url",
        "ip_address",
        "last_open_date",
        "last_click_date",
        "referral_code",
        "churn_date",
        "upgrade_date",
        "avatar_url",
        "risk_score",
    ),
    prefixes=("utm_", "stripe_"),
    words={
        ListState.SUBSCRIBED: (
            "regular",
            "premium",
            "trialed",
            "unpaid",
            "gifted",
            "churning",
            "churned",
            "past_due",
        ),
        ListState.PENDING: ("unactivated", "paused", "upcoming"),
        ListState.LEFT: ("unsubscribed", "removed", "blocked", "disabled", "archived"),
        ListState.BOUNCED: ("undeliverable",),
        ListState.COMPLAINED: ("complained", "complaining", "spammy"),
    },
)
