"""Events of several calls in one transaction."""

from collections.abc import Sequence
from functools import partial

import pytest
from threads import at_once

from newsletter.transports.events import Event, EventKind, EventSource
from newsletter.web.webhook_lots import BATCH_SIZE, WebhookLots


class Ledger:
    """Records lots, and refuses those with a recipient of "poison"."""

    def __init__(self) -> None:
        self.lots: list[tuple[str, list[str]]] = []

    def record(self, transport: str, events: Sequence[Event]) -> None:
        recipients = [event.recipient for event in events]
        if "poison" in recipients:
            raise ValueError("cannot be stored")
        self.lots.append((transport, recipients))


def told(*recipients: str) -> list[Event]:
    source, kind = EventSource.WEBHOOK, EventKind.SUCCESS
    return [Event(kind=kind, source=source, recipient=recipient) for recipient in recipients]


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def lots(ledger: Ledger) -> WebhookLots:
    return WebhookLots(ledger.record)


def test_calls_that_wait_are_recorded_together(lots: WebhookLots, ledger: Ledger) -> None:
    calls = [lots.enter("main", told(name)) for name in ("a", "b", "c")]
    for call in reversed(calls):
        lots.finish("main", call)
    assert ledger.lots == [("main", ["a", "b", "c"])]


def test_transports_are_apart(lots: WebhookLots, ledger: Ledger) -> None:
    first, second = lots.enter("main", told("a")), lots.enter("other", told("b"))
    lots.finish("main", first)
    assert ledger.lots == [("main", ["a"])]
    lots.finish("other", second)
    assert ledger.lots == [("main", ["a"]), ("other", ["b"])]


def test_one_call_that_cannot_be_recorded_fails_alone(lots: WebhookLots, ledger: Ledger) -> None:
    calls = [lots.enter("main", told(name)) for name in ("a", "poison", "c")]
    lots.finish("main", calls[0])
    with pytest.raises(ValueError, match="cannot be stored"):
        lots.finish("main", calls[1])
    lots.finish("main", calls[2])
    assert ledger.lots == [("main", ["a"]), ("main", ["c"])]


def test_a_lot_has_a_largest_size(lots: WebhookLots, ledger: Ledger) -> None:
    lots.finish("main", lots.enter("main", told(*map(str, range(BATCH_SIZE + 1)))))
    assert [len(recipients) for _, recipients in ledger.lots] == [BATCH_SIZE, 1]


def test_every_call_of_many_threads_is_recorded_once(lots: WebhookLots, ledger: Ledger) -> None:
    def call(number: int) -> None:
        lots.finish("main", lots.enter("main", told(str(number))))

    at_once(partial(call, number) for number in range(40))
    recorded = [recipient for _, recipients in ledger.lots for recipient in recipients]
    assert sorted(recorded, key=int) == [str(number) for number in range(40)]
