"""Action Network: activists of a report; statuses of email and of text messages."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Action Network",
    marks=(
        ("email", "can2_user_tags"),
        ("email", "can2_subscription_date"),
        ("email", "can2_subscription_status"),
    ),
    source="Action Network's reports and API documentation (the status of an email address).",
    columns={
        "status": ("can2_subscription_status",),
        "joined": ("can2_subscription_date",),
        "tags": ("can2_user_tags",),
    },
    harmless=(
        "uuid",
        "can2_sms_status",
        "can2_phone",
        "can2_user_address",
        "can2_user_city",
        "can2_state_abbreviated",
        "can2_county",
        "can2_lifetime_value",
        "zip_code",
        "language",
    ),
    prefixes=("can2_user_", "Volunteer"),
    words={
        ListState.BOUNCED: ("bouncing", "previous bounce"),
        ListState.COMPLAINED: ("spam complaint", "previous spam complaint"),
    },
    leaving_columns=("can2_subscription_status",),
    advice=(
        "Without the column can2_subscription_status an export of Action Network does not "
        "tell who has left: choose “Subscription status” among the report's columns."
    ),
)
