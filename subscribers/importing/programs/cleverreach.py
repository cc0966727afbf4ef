"""CleverReach: recipients; moments of activation and deactivation, 0 for never."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="CleverReach",
    marks=(("email", "registered", "activated", "deactivated"),),
    source="CleverReach's API reference (receivers): activated, registered, deactivated, bounced.",
    columns={
        "confirmed": ("activated",),
        "left": ("deactivated", "bounced"),
        "status": ("active",),
        "joined": ("registered",),
        "tags": ("tags",),
    },
    harmless=(
        "id",
        "source",
        "imported",
        "points",
        "stars",
        "last_ip",
        "last_location",
        "last_client",
        "last_changed",
        "last_mailing",
        "conversion_rate",
        "orders",
        "global_attributes",
        "attributes",
    ),
)
