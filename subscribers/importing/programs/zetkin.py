"""Zetkin: people of an organisation; their subscriptions are not in the file."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Zetkin",
    marks=(
        ("ext_id", "alt_phone", "co_address"),
        ("ext_id", "first_name", "alt_phone"),
    ),
    source=(
        "The native fields of a person in Zetkin's source (features/import); a list that is "
        "downloaded has a column for each of its view, and none of them tells who has unsubscribed "
        "(features/views, COLUMN_TYPE)."
    ),
    harmless=(
        "id",
        "ext_id",
        "phone",
        "alt_phone",
        "co_address",
        "street_address",
        "zip_code",
        "city",
        "country",
        "gender",
    ),
    tells_leaving=False,
    advice=(
        "An export of Zetkin does not tell who has unsubscribed from its mail. Make a list there "
        "by a smart search of people who will not receive email because they have unsubscribed, "
        "and import these first with --state left; then the others with --state subscribed."
    ),
)
