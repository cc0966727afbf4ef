"""What an answer means for a delivery."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.models import DeliveryState
from newsletter.delivery.retry import (
    FIRST_WAIT,
    LONGEST_WAIT,
    SPREAD,
    Settlement,
    settle,
    wait_before,
)
from newsletter.transports.base import Accepted, Deferred, InDoubt, Refused

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


def settled(outcome: Accepted | Deferred | Refused | InDoubt, attempts: int = 0) -> Settlement:
    give_up_at = NOW + timedelta(days=2)
    return settle(outcome, key=1, attempts=attempts, give_up_at=give_up_at, now=NOW)


def test_accepted_refused_and_in_doubt_are_final() -> None:
    assert settled(Accepted(response="250")).state is DeliveryState.SENT
    assert settled(Refused(response="550")).state is DeliveryState.FAILED
    assert settled(InDoubt(response="lost")).state is DeliveryState.UNCERTAIN


def test_a_server_that_names_a_time_is_obeyed() -> None:
    found = settled(Deferred(response="450", retry_after=timedelta(minutes=7)))
    assert found.next_attempt_at == NOW + timedelta(minutes=7)


def test_being_throttled_costs_no_attempt_and_never_gives_up() -> None:
    wait = timedelta(days=3)
    found = settled(Deferred(response="421", retry_after=wait, throttled=True), attempts=4)
    assert (found.state, found.attempts) == (DeliveryState.DEFERRED, 4)


def test_a_wait_beyond_the_end_is_giving_up() -> None:
    found = settled(Deferred(response="450", retry_after=timedelta(days=3)))
    assert (found.state, found.reason) == (DeliveryState.FAILED, "given up: 450")


def test_a_long_answer_is_kept_in_part() -> None:
    assert len(settled(Refused(response="x" * 5000)).reason) == 1000


@given(attempt=st.integers(1, 10_000), key=st.integers(0, 2**40))
def test_waits_grow_to_a_limit_and_differ_between_deliveries(attempt: int, key: int) -> None:
    wait = wait_before(attempt, key)
    assert FIRST_WAIT <= wait <= LONGEST_WAIT * (1 + SPREAD)
    assert wait_before(attempt + 1, key) >= wait
