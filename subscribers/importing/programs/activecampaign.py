"""ActiveCampaign: states as numbers or words."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="ActiveCampaign",
    marks=(
        ("email", "sdate", "udate", "status"),
        ("Contact Id", "Email", "Customer Account Name"),
    ),
    source=(
        "ActiveCampaign's API reference (the status of a contact on a list); of the file only "
        "the shape is known."
    ),
    columns={
        "left": ("udate",),
        "joined": ("sdate", "Date Created"),
    },
    harmless=("Contact Id", "Customer Account Name", "Account Name", "Phone", "Score"),
    words={
        ListState.PENDING: ("0", "unconfirmed"),
        ListState.SUBSCRIBED: ("1", "active"),
        ListState.LEFT: ("2", "unsubscribed"),
        ListState.BOUNCED: ("3", "bounced"),
    },
)
