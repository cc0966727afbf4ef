"""Events of several calls in one transaction."""

from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial

import pytest
from threads import at_once

from newsletter.errors import Busy, Conflict
from newsletter.transports.events import Event, EventKind, EventSource
from newsletter.web.webhook_batches import BATCH_SIZE, WebhookBatches


class Ledger:
    """Records batches, and refuses those with a recipient of "poison"."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, list[str]]] = []
        self.conflicts = 0

    def record(self, transport: str, events: Sequence[Event]) -> None:
        recipients = [event.recipient for event in events]
        if "poison" in recipients:
            raise ValueError("cannot be stored")
        if self.conflicts:
            self.conflicts -= 1
            raise Conflict("another process has just written the same")
        self.batches.append((transport, recipients))


def told(*recipients: str) -> list[Event]:
    source, kind = EventSource.WEBHOOK, EventKind.SUCCESS
    return [Event(kind=kind, source=source, recipient=recipient) for recipient in recipients]


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def batches(ledger: Ledger) -> WebhookBatches:
    return WebhookBatches(ledger.record)


def test_calls_that_wait_are_recorded_together(batches: WebhookBatches, ledger: Ledger) -> None:
    calls = [batches.enter("main", told(name)) for name in ("a", "b", "c")]
    for call in reversed(calls):
        batches.finish("main", call)
    assert ledger.batches == [("main", ["a", "b", "c"])]


def test_transports_are_apart(batches: WebhookBatches, ledger: Ledger) -> None:
    first, second = batches.enter("main", told("a")), batches.enter("other", told("b"))
    batches.finish("main", first)
    assert ledger.batches == [("main", ["a"])]
    batches.finish("other", second)
    assert ledger.batches == [("main", ["a"]), ("other", ["b"])]


def test_one_call_that_cannot_be_recorded_fails_alone(
    batches: WebhookBatches, ledger: Ledger
) -> None:
    calls = [batches.enter("main", told(name)) for name in ("a", "poison", "c")]
    batches.finish("main", calls[0])
    with pytest.raises(ValueError, match="cannot be stored"):
        batches.finish("main", calls[1])
    batches.finish("main", calls[2])
    assert ledger.batches == [("main", ["a"]), ("main", ["c"])]


@pytest.mark.parametrize("conflicts", [1, 2])
def test_a_call_that_meets_another_process_is_tried_anew_and_then_asked_for_again(
    batches: WebhookBatches, ledger: Ledger, conflicts: int
) -> None:
    """By an error of ours (5xx): some providers never repeat what is answered 4xx."""
    ledger.conflicts = conflicts
    refused = nullcontext() if conflicts == 1 else pytest.raises(Busy)
    with refused:
        batches.finish("main", batches.enter("main", told("a")))
    assert ledger.batches == ([("main", ["a"])] if conflicts == 1 else [])


def test_a_batch_has_a_maximum_size(batches: WebhookBatches, ledger: Ledger) -> None:
    batches.finish("main", batches.enter("main", told(*map(str, range(BATCH_SIZE + 1)))))
    assert [len(recipients) for _, recipients in ledger.batches] == [BATCH_SIZE, 1]


def test_every_call_of_many_threads_is_recorded_once(
    batches: WebhookBatches, ledger: Ledger
) -> None:
    def call(number: int) -> None:
        batches.finish("main", batches.enter("main", told(str(number))))

    at_once(partial(call, number) for number in range(40))
    recorded = [recipient for _, recipients in ledger.batches for recipient in recipients]
    assert sorted(recorded, key=int) == [str(number) for number in range(40)]
