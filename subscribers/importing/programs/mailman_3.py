"""Mailman 3: the members of a list by its REST interface."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Mailman 3",
    marks=(
        ("email", "delivery_mode", "delivery_status"),
        ("email", "delivery_mode", "subscription_mode"),
    ),
    source="Mailman's REST documentation (members): delivery_status, role, subscription_mode.",
    columns={
        "status": ("delivery_status", "role"),
        "name": ("display_name",),
    },
    harmless=(
        "address",
        "http_etag",
        "list_id",
        "member_id",
        "moderation_action",
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
        ListState.SUBSCRIBED: ("member",),
        # Owners and moderators have a row as members too if they are.
        ListState.PENDING: ("by_user", "nonmember", "owner", "moderator"),
        ListState.LEFT: ("by_moderator",),
        ListState.BOUNCED: ("by_bounces",),
    },
)
