"""Events of calls that wait for the writer at the same time go into one transaction.

Most providers make a call for each event, and a transaction for each would bound them to some
hundred a second. Each call is still answered only after its own events are recorded.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event as Signal
from threading import Lock

from newsletter.errors import Busy, Conflict
from newsletter.transports.events import Event

BATCH_SIZE = 200
"""Events of a transaction, so that others may write in between."""

Record = Callable[[str, Sequence[Event]], object]


@dataclass(kw_only=True)
class WaitingCall:
    """A call whose events are to be recorded."""

    events: Sequence[Event]
    finished: Signal = field(default_factory=Signal)
    error: Exception | None = field(default_factory=lambda: Busy("recording was interrupted"))
    """Why its events are not recorded; None once they are."""


class WebhookBatches:
    """Gathers the events of each transport.

    Args:
        record: records events told of a transport, all or none.
    """

    def __init__(self, record: Record) -> None:
        self._record = record
        self._lock = Lock()
        self._waiting: defaultdict[str, list[WaitingCall]] = defaultdict(list)

    def enter(self, transport: str, events: Sequence[Event]) -> WaitingCall:
        """Put a call's events among those that wait; to be followed by `finish`."""
        call = WaitingCall(events=events)
        with self._lock:
            self._waiting[transport].append(call)
        return call

    def finish(self, transport: str, call: WaitingCall) -> None:
        """Record all that wait, unless another thread has this call in hand; then wait for it.

        Raises whatever recording this call's events raised.
        """
        with self._lock:
            waiting = self._waiting[transport]
            mine = self._waiting.pop(transport) if any(call is one for one in waiting) else []
        if mine:
            self._record_calls(transport, mine)
        call.finished.wait()
        if call.error is not None:
            raise call.error

    def _record_calls(self, transport: str, calls: Sequence[WaitingCall]) -> None:
        try:
            self._record_batches(transport, [event for call in calls for event in call.events])
            for call in calls:
                call.error = None
        except Exception as error:  # noqa: BLE001 - one call's events must not fail the others
            is_worth_another = len(calls) > 1 or isinstance(error, Conflict)
            for call in calls:
                call.error = self._record_alone(transport, call) if is_worth_another else error
        finally:
            for call in calls:
                call.finished.set()

    def _record_alone(self, transport: str, call: WaitingCall) -> Exception | None:
        try:
            self._record_batches(transport, call.events)
        except Conflict:
            # SNS calls again after a 5xx, and never after a 4xx
            # (https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html).
            return Busy("another process is recording the same; call again")
        except Exception as error:  # noqa: BLE001 - raised where the call is answered
            return error
        return None

    def _record_batches(self, transport: str, events: Sequence[Event]) -> None:
        # What is recorded when a later batch fails is known again when the call is repeated.
        for first in range(0, len(events), BATCH_SIZE):
            self._record(transport, events[first : first + BATCH_SIZE])
