"""Brevo: attributes in capitals; who is blacklisted is mailed no more."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Brevo",
    marks=(
        ("EMAIL", "EMAIL_BLACKLISTED"),
        ("EMAIL", "ADDED_TIME", "MODIFIED_TIME"),
        ("emailBlacklisted", "smsBlacklisted"),
    ),
    source="Brevo's API reference (contact export) and its help on import files.",
    columns={
        "left": ("EMAIL_BLACKLISTED", "emailBlacklisted", "BLACKLISTED", "EMAIL_UNSUBSCRIBED"),
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
        "CONTACT_TIMEZONE",
    ),
)
