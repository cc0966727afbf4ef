"""Squarespace: profiles of customers, subscribers and donors."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Squarespace",
    marks=(
        ("Email", "Accepts Marketing", "Subscriber Since"),
        ("Email", "Accepts Marketing", "Subscriber Source"),
        ("Email", "Accepts Marketing", "Mailing Lists"),
    ),
    source=(
        "Squarespace's help on exporting profiles; the headings as programs that read the file "
        "list them."
    ),
    columns={
        "status": ("Accepts Marketing",),
        "joined": ("Subscriber Since", "Created On"),
        "tags": ("Mailing Lists", "Tags"),
    },
    harmless=(
        "Subscriber Source",
        "Customer Since",
        "Donor Since",
        "Last Order Date",
        "Last Donation Date",
        "Order Count",
        "Donation Count",
        "Total Spent",
        "Total Donated",
        "Has Account",
        "Member Areas",
    ),
    prefixes=("Shipping", "Billing", "Order", "Donation", "Total", "Last"),
)
