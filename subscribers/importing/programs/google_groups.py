"""Google Groups: members of a group, below a line with its name."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Google Groups",
    marks=(
        ("Email address", "Group status", "Email status"),
        ("Email address", "Nickname", "Group status"),
        ("Group Email [Required]", "Member Email"),
    ),
    source="Google's help on exporting group members, and tests of programs that read the file.",
    columns={
        "address": ("Email address", "Member Email"),
        "status": ("Group status", "Email status", "Email preference"),
        "name": ("Nickname", "Member Name"),
    },
    harmless=(
        "Posting permissions",
        "Join year",
        "Join month",
        "Join day",
        "Join hour",
        "Join minute",
        "Join second",
        "Time zone",
        "Group Email [Required]",
        "Member Role",
        "Member Type",
    ),
    words={
        ListState.SUBSCRIBED: (
            "member",
            "owner",
            "manager",
            "email",
            "all email",
            "all messages",
            "each email",
            "digest",
            "abridged",
            "",
            "daily summary",
        ),
        ListState.PENDING: ("invited", "no email", "none", "join requested"),
        ListState.LEFT: ("banned", "left"),
        ListState.BOUNCED: ("bouncing",),
    },
)
