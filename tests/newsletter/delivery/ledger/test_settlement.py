"""Settlement of transport outcomes."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.ledger.models import DeliveryState
from newsletter.delivery.ledger.settlement import (
    JITTER,
    MAX_RETRY_DELAY,
    MIN_RETRY_DELAY,
    Settlement,
    blocked_retry_delay,
    jittered,
    retry_delay,
    settle,
)
from newsletter.transports.base import Accepted, Deferred, InDoubt, Refused
from newsletter.transports.verdicts import REFUSES_US, Verdict

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


def settled(outcome: Accepted | Deferred | Refused | InDoubt, attempts: int = 0) -> Settlement:
    give_up_at = NOW + timedelta(days=2)
    return settle(outcome, key=1, attempts=attempts, give_up_at=give_up_at, now=NOW)


def test_accepted_refused_and_uncertain_are_final() -> None:
    assert settled(Accepted(response="250")).state is DeliveryState.SENT
    assert settled(Refused(response="550")).state is DeliveryState.FAILED
    assert settled(InDoubt(response="lost")).state is DeliveryState.UNCERTAIN


def test_a_retry_time_given_by_the_server_is_used() -> None:
    found = settled(Deferred(response="450", retry_after=timedelta(minutes=7)))
    assert found.next_attempt_at == NOW + timedelta(minutes=7)


def test_a_failed_connection_counts_no_attempt_and_no_time() -> None:
    lost = Deferred(response="connection refused", retry_after=timedelta(days=3), throttled=True)
    found = settled(lost, attempts=4)
    assert (found.state, found.attempts) == (DeliveryState.DEFERRED, 4)
    assert found.deferred_since is None


def test_throttled_attempts_are_given_up_only_after_many() -> None:
    slow = Deferred(response="421 too many", retry_after=timedelta(days=3), throttled=True)
    assert settled(slow, attempts=4).state is DeliveryState.DEFERRED
    assert settled(slow, attempts=4).attempts == 5
    assert settled(slow, attempts=9).state is DeliveryState.FAILED


@pytest.mark.parametrize(
    "answer", ["550 relay not permitted", "554 5.7.1 blocked: spam", "550 5.7.1 no"]
)
def test_a_refusal_of_the_sender_is_retried_after_an_hour(answer: str) -> None:
    found = settled(Refused(response=answer))
    assert found.state is DeliveryState.DEFERRED
    assert found.next_attempt_at == NOW + blocked_retry_delay(1, key=1)
    assert Verdict(found.verdict) in REFUSES_US


def test_lasting_refusals_of_the_sender_fail_with_their_verdict() -> None:
    answer = Refused(response="554 5.7.1 spam")
    found = settle(answer, key=1, attempts=5, give_up_at=NOW, now=NOW)
    assert (found.state, found.verdict) == (DeliveryState.FAILED, Verdict.POLICY)


def test_the_address_is_redacted_in_the_response() -> None:
    answer = Refused(response="550 5.1.1 <Ann@Wexcombe.example>: no such user")
    found = settle(
        answer, key=1, attempts=0, give_up_at=NOW, now=NOW, address="ann@wexcombe.example"
    )
    assert found.reason == "550 5.1.1 <…>: no such user"


def test_a_delay_beyond_the_give_up_time_fails_the_mail() -> None:
    found = settled(Deferred(response="450", retry_after=timedelta(days=3)))
    assert (found.state, found.reason) == (DeliveryState.FAILED, "given up: 450")


def test_a_long_response_is_truncated() -> None:
    assert len(settled(Refused(response="x" * 5000)).reason) == 1000


@given(attempt=st.integers(1, 10_000), key=st.integers(0, 2**40))
def test_delays_grow_to_a_limit_with_jitter(attempt: int, key: int) -> None:
    wait = retry_delay(attempt, key)
    assert MIN_RETRY_DELAY <= wait <= MAX_RETRY_DELAY * (1 + JITTER)
    assert retry_delay(attempt + 1, key) >= wait


@given(key=st.integers(0, 2**40))
def test_retries_at_the_same_time_are_jittered(key: int) -> None:
    assert NOW <= jittered(NOW, key) <= NOW + MIN_RETRY_DELAY * JITTER


def test_a_greylisted_mail_waits_as_long_as_the_server_says() -> None:
    words = "450 4.2.0 Greylisted, try again in 300 seconds"
    found = settled(Deferred(response=words, verdict=Verdict.GREYLISTED))
    assert found.next_attempt_at == NOW + timedelta(seconds=310)
