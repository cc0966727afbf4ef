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
    harmless=("cio_id", "cio_subscription_preferences"),
    prefixes=("_",),
    words={ListState.LEFT: ("suppressed",)},
    advice=(
        "Customer.io keeps the choice of topics apart (cio_subscription_preferences): it is not "
        "read here, and who left a single topic is mailed as before."
    ),
)
