"""Eventbrite: attendees of an event; that somebody comes is no consent to a newsletter."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Eventbrite",
    marks=(("Order #", "Attendee #"), ("Order #", "Attendee Status"), ("Order ID", "Attendee #")),
    source=(
        "Eventbrite's help, “Glossary of order and attendee statuses in event reports”; of the "
        "file only the shape is known."
    ),
    columns={},
    harmless=(
        *("Order #", "Order ID", "Order Date", "Attendee #", "Attendee Status", "Order Type"),
        *("Order Status", "Quantity", "Ticket Quantity", "Price Tier", "Ticket Type", "Group"),
        *("Ticket Price", "Currency", "Total Paid", "Fees Paid", "Eventbrite Fees", "Ticket Total"),
        *("Eventbrite Payment Processing", "Barcode #", "Buyer First Name", "Buyer Last Name"),
        *("Buyer Email", "Event Name", "Event ID", "Event Start Date", "Event Location"),
    ),
    tells_leaving=False,
    advice=(
        "Attendees of an event have not agreed to a newsletter by coming. Where a question of the "
        "registration asked them, say that its column is status."
    ),
)
