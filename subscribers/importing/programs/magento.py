"""Magento: newsletter subscribers of a shop, guests and customers."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Magento",
    marks=(
        ("Email", "Type", "Customer First Name", "Status"),
        ("Email", "Type", "Customer Firstname", "Status"),
        ("subscriber_email", "subscriber_status", "subscriber_confirm_code"),
    ),
    source=(
        "The grid of newsletter subscribers and the states of the table newsletter_subscriber in "
        "Magento's source (module-newsletter)."
    ),
    columns={
        "status": ("Status", "subscriber_status"),
        "first_name": ("Customer First Name", "Customer Firstname"),
        "last_name": ("Customer Last Name", "Customer Lastname"),
    },
    harmless=(
        "ID",
        "Type",
        "Website",
        "Web Site",
        "Store",
        "Store View",
        "store_id",
        "subscriber_confirm_code",
        "change_status_at",
    ),
    words={
        # The numbers of the table newsletter_subscriber.
        ListState.SUBSCRIBED: ("1",),
        ListState.PENDING: ("not activated", "unconfirmed", "2", "4"),
        ListState.LEFT: ("3",),
    },
)
