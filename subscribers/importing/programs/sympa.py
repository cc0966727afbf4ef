"""Sympa: members in blocks of lines, or the table of subscribers."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Sympa",
    marks=(
        ("email", "reception"),
        ("user_subscriber", "reception_subscriber"),
    ),
    source=(
        "The dump of members and the table of subscribers in Sympa's source (DatabaseDescription)."
    ),
    columns={
        "address": ("email", "user_subscriber"),
        "name": ("gecos", "comment_subscriber"),
        "status": ("reception", "reception_subscriber"),
        "joined": ("date", "date_subscriber", "date_epoch_subscriber"),
        # A line of bounces is there while the list waits whether the mailbox comes back.
        "doubtful": ("suspend", "suspend_subscriber", "bounce", "bounce_subscriber"),
    },
    harmless=(
        "visibility",
        "update_date",
        "subscribed",
        "included",
        "id",
        "custom_attribute",
        "list_subscriber",
        "robot_subscriber",
        "update_subscriber",
        "number_messages_subscriber",
        "visibility_subscriber",
        "topics_subscriber",
        "subscribed_subscriber",
        "included_subscriber",
        "include_sources_subscriber",
        "bounce_score",
        "bounce_score_subscriber",
        "bounce_address",
        "update_epoch_subscriber",
        "suspend_start_date_subscriber",
        "suspend_end_date_subscriber",
    ),
    words={
        ListState.SUBSCRIBED: (
            "mail",
            "digest",
            "digestplain",
            "summary",
            "notice",
            "txt",
            "html",
            "urlize",
            "not_me",
        ),
        ListState.PENDING: ("nomail",),
    },
)
