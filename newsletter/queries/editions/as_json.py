"""An edition in JSON, as commands print it and the API answers."""

from collections.abc import Mapping
from typing import Any

from newsletter.delivery.ledger.models import DeliveryState
from newsletter.editions.models import Edition


def edition_json(
    edition: Edition, counts: Mapping[DeliveryState, int] | None = None
) -> dict[str, Any]:
    """
    Args:
        counts: its deliveries by state; None: they are left out.
    """
    deliveries = {state.value: count for state, count in counts.items()} if counts else {}
    return {
        "edition": edition.id,
        "kind": edition.kind.value,
        "digest": edition.digest,
        "period": edition.period,
        "state": edition.state.value,
        "subject": edition.subject,
        "note": edition.note,
        "uncertain": edition.uncertain.value,
        "send_at": edition.send_at,
        "finished_at": edition.finished_at,
        **({"deliveries": deliveries} if counts is not None else {}),
    }
