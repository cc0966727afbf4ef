"""Mailchimp: a file for each state, named after it; tags in one column, quoted."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Mailchimp",
    marks=(
        ("leid", "euid"),
        ("Email Address", "MEMBER_RATING", "OPTIN_TIME"),
    ),
    source="Mailchimp's help, “View or export contacts”, and files that it writes.",
    columns={
        "left": (
            "UNSUB_TIME",
            "UNSUB_CAMPAIGN_TITLE",
            "UNSUB_CAMPAIGN_ID",
            "UNSUB_REASON",
            "UNSUB_REASON_OTHER",
            "CLEAN_TIME",
            "CLEAN_CAMPAIGN_TITLE",
            "CLEAN_CAMPAIGN_ID",
        ),
        "joined": ("OPTIN_TIME",),
        "confirmed": ("CONFIRM_TIME",),
        "tags": ("TAGS",),
        "address": ("Email Address",),
        "notes": ("NOTES",),
    },
    harmless=(
        "MEMBER_RATING",
        "OPTIN_IP",
        "CONFIRM_IP",
        "LATITUDE",
        "LONGITUDE",
        "GMTOFF",
        "DSTOFF",
        "TIMEZONE",
        "CC",
        "REGION",
        "LAST_CHANGED",
        "LEID",
        "EUID",
        "Address",
        "Phone Number",
        "Birthday",
    ),
)
