"""ActiveCampaign: states as numbers or words."""

from subscribers.importing.program import Program
from subscribers.importing.states import State

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
        State.PENDING: ("0", "unconfirmed"),
        State.SUBSCRIBED: ("1", "active"),
        State.LEFT: ("2", "unsubscribed"),
        State.BOUNCED: ("3", "bounced"),
    },
)
