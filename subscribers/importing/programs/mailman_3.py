"""Mailman 3: the members of a list by its REST interface."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Mailman 3",
    marks=(
        ("email", "delivery_mode", "delivery_status"),
        ("email", "delivery_mode", "subscription_mode"),
    ),
    source="Mailman's REST documentation (members): delivery_status, subscription_mode.",
    columns={
        "status": ("delivery_status",),
        "name": ("display_name",),
    },
    harmless=(
        "address",
        "http_etag",
        "list_id",
        "member_id",
        "moderation_action",
        "role",
        "self_link",
        "user",
        "delivery_mode",
        "subscription_mode",
        "bounce_score",
        "last_bounce_received",
        "last_warning_sent",
        "total_warnings_sent",
    ),
    words={
        ListState.PENDING: ("by_user",),
        ListState.LEFT: ("by_moderator",),
        ListState.BOUNCED: ("by_bounces",),
    },
)
