"""phpList: confirmed, blacklisted and disabled in columns of their own."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="phpList",
    marks=(
        ("Is the email of this user confirmed",),
        ("uniqid", "blacklisted", "confirmed"),
        ("Is this subscriber confirmed",),
    ),
    source=(
        "The tables of subscribers in phpList's source (structure.php); headings vary with "
        "its language."
    ),
    columns={
        "confirmed": (
            "Is the email of this user confirmed",
            "Is this subscriber confirmed",
            "confirmed",
        ),
        "left": (
            "Is this user blacklisted",
            "Is this subscriber blacklisted",
            "blacklisted",
            "Is this account disabled?",
            "disabled",
        ),
        "joined": ("entered", "Time Created"),
        "tags": ("List Membership", "listname"),
        # Whoever has been taken off every list is a subscriber still.
        "received": ("List Membership",),
    },
    words={ListState.PENDING: ("No Lists",)},
    harmless=(
        "id",
        "Did this user manually confirm",
        "Did this subscriber manually confirm",
        "Unique ID for subscriber",
        "Send this subscriber HTML emails",
        "Subscribe page",
        "optedin",
        "Number of bounces on this user",
        "Number of bounces on this subscriber",
        "bouncecount",
        "modified",
        "Time modified",
        "Last Modified",
        "uniqid",
        "uuid",
        "Unique ID for User",
        "Send this user HTML emails",
        "htmlemail",
        "Which page was used to subscribe",
        "subscribepage",
        "rss Frequency",
        "rssfrequency",
        "Password",
        "passwordchanged",
        "Last time password was changed",
        "extradata",
        "Additional data",
        "Foreign Key",
        "foreignkey",
        "rssfrequency",
    ),
)
