"""SurveyMonkey: answers of a survey, below a second line with the kind of each answer."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="SurveyMonkey",
    marks=(("Respondent ID", "Collector ID"),),
    source=("SurveyMonkey help (exported answers); of the file only the shape is known."),
    columns={"joined": ("Date Modified",)},
    harmless=(
        "Respondent ID",
        "Collector ID",
        "Collector",
        "Start Date",
        "End Date",
        "IP Address",
        "Custom Data 1",
    ),
)
