"""LimeSurvey: the participants of a survey, and who opted out of its mails."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="LimeSurvey",
    marks=(("email", "emailstatus", "token"),),
    source="The table of survey participants in LimeSurvey's source (emailstatus, completed).",
    columns={
        "status": ("emailstatus",),
        "left": ("blacklisted",),
        "language": ("language",),
    },
    harmless=(
        "tid",
        "token",
        "validfrom",
        "validuntil",
        "sent",
        "invited",
        "remindersent",
        "reminded",
        "remindercount",
        "completed",
        "usesleft",
        "mpid",
        "participant_id",
    ),
    words={
        ListState.SUBSCRIBED: ("OK",),
        ListState.LEFT: ("OptOut", "opt-out"),
        ListState.BOUNCED: ("bounced",),
    },
    advice=(
        "Whoever is asked to a survey has not agreed to a newsletter by that: say how they did, or "
        "import them with --unconfirmed."
    ),
)
