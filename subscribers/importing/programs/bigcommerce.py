"""BigCommerce: subscribers of a shop, with what they consent to."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="BigCommerce",
    marks=(("email", "consents", "channel_id"), ("Email", "Consents", "Channel Name")),
    source=(
        "BigCommerce's API reference (subscribers: consents marketing_newsletter and "
        "abandoned_cart; without one they consent to nothing); of the file only the shape is known."
    ),
    columns={
        "status": ("consents",),
        "joined": ("date_created", "Date Created"),
    },
    harmless=("source", "order_id", "channel_id", "Channel Name", "date_modified", "Order ID"),
    words={
        ListState.SUBSCRIBED: (
            *("marketing_newsletter", "marketing_newsletter,abandoned_cart"),
            *("marketing_newsletter, abandoned_cart", "abandoned_cart,marketing_newsletter"),
        ),
        # Of a cart that was left alone, and no newsletter.
        ListState.PENDING: ("abandoned_cart",),
    },
)
