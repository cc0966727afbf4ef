"""MailerLite: Who unsubscribed has a date; the address is named after the subscriber."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="MailerLite",
    marks=(
        ("Subscriber", "Sent", "Opens", "Clicks"),
        ("subscribed_at", "unsubscribed_at", "opens_count"),
    ),
    source=(
        "MailerLite's API reference (subscribers and their states); of the file only the "
        "shape is known."
    ),
    columns={
        "address": ("Subscriber", "email"),
        "joined": ("Subscribed", "subscribed_at", "created_at", "Date subscribed"),
        "left": ("Unsubscribed", "unsubscribed_at", "Date unsubscribed"),
        "tags": ("groups",),
    },
    harmless=(
        "Sent",
        "Opens",
        "Clicks",
        "opens_count",
        "clicks_count",
        "open_rate",
        "click_rate",
        "Location",
        "ip_address",
        "optin_ip",
        "opted_in_at",
        "source",
        "updated_at",
        "id",
        "forget_at",
    ),
    words={
        ListState.SUBSCRIBED: ("active",),
        ListState.PENDING: ("unconfirmed",),
        ListState.LEFT: ("unsubscribed",),
        ListState.BOUNCED: ("bounced",),
        ListState.COMPLAINED: ("junk",),
    },
)
