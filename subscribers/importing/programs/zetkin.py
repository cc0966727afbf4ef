"""Zetkin: people of an organisation; their subscriptions are not in the file."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Zetkin",
    marks=(
        ("ext_id", "alt_phone", "co_address"),
        ("ext_id", "first_name", "alt_phone"),
    ),
    source="The native fields of a person in Zetkin's source (features/import).",
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
    advice=(
        "An export of Zetkin does not tell who has unsubscribed from its mail: make a smart "
        "search of those there, and import them first with --state left."
    ),
)
