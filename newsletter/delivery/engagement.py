"""What the ledger knows of a person's mail, for segments: how many, when last, how many failed.

Worked out of the ledger in one go when it is asked for: an index by subscriber would be paid for by
every delivery written. Nothing tells whether a mail was opened; no mail of ours is made to.
"""

from collections.abc import Mapping

from sqlalchemy import func

from newsletter.delivery.models import Delivery, DeliveryState
from subscribers.segments.compiling import Measure

_SENT = Delivery.state == DeliveryState.SENT

MEASURES: Mapping[str, Measure] = {
    "received": Measure(
        subscriber=Delivery.subscriber_id, value=func.count(Delivery.id), among=_SENT
    ),
    "mailed": Measure(
        subscriber=Delivery.subscriber_id, value=func.max(Delivery.settled_at), among=_SENT
    ),
    "bounced": Measure(
        subscriber=Delivery.subscriber_id,
        value=func.count(Delivery.id),
        among=Delivery.state == DeliveryState.FAILED,
    ),
}
"""By the fields of segments."""
