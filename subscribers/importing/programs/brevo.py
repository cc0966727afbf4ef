"""Brevo: attributes in capitals; who is blacklisted is mailed no more."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Brevo",
    marks=(
        ("EMAIL", "EMAIL_BLACKLISTED"),
        ("EMAIL", "ADDED_TIME", "MODIFIED_TIME"),
        ("EMAIL", "SMS", "BLACKLISTED"),
        ("emailBlacklisted", "smsBlacklisted"),
    ),
    source="Brevo's API reference (contact export) and its help on import files.",
    columns={
        "confirmed": ("DOUBLE_OPT-IN",),
        "left": (
            "EMAIL_BLACKLISTED",
            "emailBlacklisted",
            "BLACKLISTED",
            "EMAIL_UNSUBSCRIBED",
            "Email Blocklisted",
        ),
        "joined": ("ADDED_TIME", "createdAt"),
        "tags": ("listIds",),
    },
    harmless=(
        "CONTACT ID",
        "SMS",
        "WHATSAPP",
        "LANDLINE_NUMBER",
        "EXT_ID",
        "JOB_TITLE",
        "MODIFIED_TIME",
        "modifiedAt",
        "SMS_BLACKLISTED",
        "smsBlacklisted",
        "SMS Blocklisted",
        "CONTACT_TIMEZONE",
    ),
    words={
        # The values of the attribute DOUBLE_OPT-IN are numbered: 1 is yes, 2 is no.
        ListState.PENDING: ("2",),
        # The attribute OPT_IN is there in every account, and seldom filled.
        ListState.SUBSCRIBED: ("",),
    },
)
