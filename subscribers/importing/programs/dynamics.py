"""Dynamics: contacts; what may be sent is told as “Allow” or “Do Not Allow”."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Dynamics",
    marks=(
        ("(Do Not Modify) Contact",),
        ("(Do Not Modify) Lead",),
        ("Do not allow Bulk Emails",),
        ("donotbulkemail",),
    ),
    source=(
        "Microsoft's reference of the contact table (Dataverse): donotemail, donotbulkemail, "
        "statecode."
    ),
    columns={
        "left": ("Do not allow Emails", "Do not allow Bulk Emails", "donotemail", "donotbulkemail"),
        "status": ("Status", "Status Reason", "statecode"),
        "joined": ("Created On", "createdon"),
        "name": ("Full Name", "fullname"),
    },
    harmless=(
        "(Do Not Modify) Contact",
        "(Do Not Modify) Lead",
        "(Do Not Modify) Row Checksum",
        "(Do Not Modify) Modified On",
        "Do not allow Phone Calls",
        "Do not allow Faxes",
        "Do not allow Mails",
        "Do not allow Bulk Mails",
        "donotphone",
        "donotfax",
        "donotpostalmail",
        "donotbulkpostalmail",
        "Preferred Method of Contact",
        "Send Marketing Materials",
        "Company Name",
        "Owner",
        "Business Phone",
    ),
    prefixes=("Address 1", "Address 2", "Address 3", "(Do Not Modify)"),
    words={
        ListState.LEFT: ("inactive",),
    },
)
