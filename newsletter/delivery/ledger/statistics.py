"""What the ledger knows of a person's mail, for segments: how many, when last, how many failed.

Who they are is worked out of the ledger in one go when it is asked for: an index by subscriber
would be paid for by every delivery written. How many they are, the tally knows sooner. Nothing
tells whether a mail was opened; no mail of ours is made to.
"""

from collections.abc import Mapping

from sqlalchemy import func

from newsletter.delivery.ledger.models import Delivery, DeliveryState
from newsletter.delivery.tallying.asking import slices_of
from newsletter.delivery.tallying.changes import BOUNCED, MAILED, RECEIVED
from subscribers.segments.compiling import Measure

_SENT = Delivery.state == DeliveryState.SENT

MEASURES: Mapping[str, Measure] = {
    RECEIVED: Measure(
        subscriber=Delivery.subscriber_id,
        value=func.count(Delivery.id),
        among=_SENT,
        slices=slices_of,
    ),
    MAILED: Measure(
        subscriber=Delivery.subscriber_id,
        value=func.max(Delivery.settled_at),
        among=_SENT,
        slices=slices_of,
    ),
    BOUNCED: Measure(
        subscriber=Delivery.subscriber_id,
        value=func.count(Delivery.id),
        among=Delivery.state == DeliveryState.FAILED,
        slices=slices_of,
    ),
}
"""By the fields of segments."""
