"""MailUp: a file of those who left; every row is somebody's leaving."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="MailUp",
    marks=(("OptOut_Date", "optout_type"), ("OptOut_Date", "optout_nl")),
    source=(
        "MailUp's help, “Unsubscribed recipients export”: idList, OptOut_Date, optout_nl, "
        "optout_type, optout_subtype."
    ),
    columns={"left": ("OptOut_Date",)},
    harmless=("idList", "optout_nl", "optout_type", "optout_subtype", "Phone Number"),
)
