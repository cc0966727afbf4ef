"""Drip: a status for each subscriber, and what Europeans consented to."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Drip",
    marks=(
        ("email", "status", "eu_consent"),
        ("email", "status", "lead_score", "lifetime_value"),
        ("email", "status", "created_at", "eu_consent", "lead_score", "lifetime_value"),
    ),
    source=(
        "Drip's API reference (subscribers: status and eu_consent); of the file only the shape is "
        "known."
    ),
    columns={
        "status": ("status",),
        # Of unknown consent are all who were never asked: their status counts.
        "left": ("eu_consent",),
        # No for everybody who may not be mailed, whatever the reason, which the status has.
        "confirmed": ("email_marketable",),
        "joined": ("created_at",),
        "tags": ("tags",),
    },
    harmless=(
        "base_lead_score",
        "eu_consent_message",
        "landing_url",
        "lead_score",
        "lifetime_value",
        "original_referrer",
        "prospect",
        "sms_consent",
        "sms_number",
        "user_id",
        "utc_offset",
        "visitor_uuid",
    ),
    words={
        ListState.SUBSCRIBED: ("active", "granted", "unknown"),
        ListState.PENDING: ("unconfirmed", "inactive"),
        ListState.LEFT: ("unsubscribed", "removed", "denied"),
        ListState.BOUNCED: ("undeliverable",),
    },
)
