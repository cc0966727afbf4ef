"""Magento: newsletter subscribers of a shop, guests and customers."""

from subscribers.importing.program import Program
from subscribers.importing.states import ListState

PROGRAM = Program(
    name="Magento",
    marks=(
        ("Email", "Type", "Customer First Name", "Status"),
        ("Email", "Type", "Customer Firstname", "Status"),
    ),
    source="The grid of newsletter subscribers in Magento's source (module-newsletter).",
    columns={
        "first_name": ("Customer First Name", "Customer Firstname"),
        "last_name": ("Customer Last Name", "Customer Lastname"),
    },
    harmless=("ID", "Type", "Website", "Web Site", "Store", "Store View"),
    words={
        ListState.PENDING: ("not activated", "unconfirmed"),
    },
)
