"""An edition as the commands print it in JSON."""

from typing import Any

from newsletter.editions.models import Edition


def edition_json(edition: Edition, counts: Any) -> dict[str, Any]:
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
        "deliveries": {state.value: count for state, count in counts.items()},
    }
