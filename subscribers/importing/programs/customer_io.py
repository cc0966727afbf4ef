"""Customer.io: people, and whether they left or are suppressed."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Customer.io",
    marks=(
        ("cio_id", "email"),
        ("email", "cio_subscription_preferences"),
    ),
    source=(
        "Customer.io's documentation (people, the attribute unsubscribed, suppression); of the "
        "file only the shape is known."
    ),
    columns={
        "left": ("unsubscribed", "suppressed"),
        "joined": ("created_at",),
    },
    harmless=("cio_id", "_created_in_customerio_at", "_last_emailed"),
    words={ListState.LEFT: ("suppressed",)},
)
