"""Patreon: patrons of a creator; that somebody pays says nothing of a newsletter."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Patreon",
    marks=(("Email", "Patron Status"), ("Email", "Patronage Since Date")),
    source=(
        "Patreon's API reference (members: patron_status, last_charge_status); of the file only "
        "the shape is known."
    ),
    columns={"joined": ("Patronage Since Date",), "tags": ("Tier",)},
    harmless=(
        *("Discord", "Patron Status", "Follows You", "Free Member", "Free Trial"),
        *("Lifetime Amount", "Pledge Amount", "Charge Frequency", "Last Charge Date"),
        *("Last Charge Status", "Access Expiration", "Next Charge Date", "Currency"),
        *("Max Posts", "Subscription Source", "User ID", "Last Updated", "Country"),
    ),
    # No column of Patreon's tells it.
    leaving_columns=("Newsletter",),
    advice=(
        "A list of patrons does not tell who wants a newsletter, nor who has said no to it: that "
        "somebody pays, or has stopped, is no consent."
    ),
)
