"""What an answer means for a delivery."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.ledger.models import DeliveryState
from newsletter.delivery.ledger.settlement import (
    FIRST_WAIT,
    LONGEST_WAIT,
    SPREAD,
    Settlement,
    is_about_domain,
    settle,
    spread,
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


@given(key=st.integers(0, 2**40))
def test_what_waits_for_the_same_moment_comes_back_a_little_apart(key: int) -> None:
    assert NOW <= spread(NOW, key) <= NOW + FIRST_WAIT * SPREAD


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        ("451 4.3.0 mail server temporarily rejected", True),
        ("451-4.4.1 no answer from host", True),
        ("451 local error", True),
        ("450 4.7.1 greylisted, come again", False),
        ("451 greylisting in action", False),
        ("450 4.2.2 mailbox full", False),
        ("450 4.1.1 unverified address", False),
        ("450 mailbox busy", False),
        ("452 4.2.2 over quota", False),
        ("connection lost sending", False),
    ],
)
def test_a_refusal_of_the_domain_is_told_from_one_of_a_mailbox(
    response: str, expected: bool
) -> None:
    assert is_about_domain(Deferred(response=response)) is expected


def test_an_answer_about_our_pace_is_the_transports_not_the_domains() -> None:
    assert not is_about_domain(Deferred(response="421 4.3.2 too busy", throttled=True))
