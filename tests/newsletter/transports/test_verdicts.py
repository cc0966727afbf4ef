"""Whom an answer speaks of: a catalogue of real servers' words, one test for each answer."""

from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.transports.base import Deferred, Refused
from newsletter.transports.verdicts import REFUSES_US, Verdict, classify, hinted_wait

CATALOGUE = Path(__file__).parents[2] / "data" / "smtp_answers.tsv"
ANSWERS = [
    line.split("\t")
    for line in CATALOGUE.read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("server", "command", "answer", "expected"), ANSWERS)
def test_replies_are_classified(server: str, command: str, answer: str, expected: str) -> None:
    assert classify(answer, at_content=command == "content") == expected, server


@pytest.mark.parametrize(("server", "command", "answer", "expected"), ANSWERS)
def test_words_in_an_address_do_not_change_the_verdict(
    server: str, command: str, answer: str, expected: str
) -> None:
    named = answer.replace("ada@wexcombe.example", "spam-relay.denied@quota-full.example")
    assert classify(named, at_content=command == "content") == expected, server


@pytest.mark.parametrize(
    ("answer", "minutes"),
    [
        ("450 4.7.1 Greylisted for 5 minutes", 5),
        ("451 4.7.1 Greylisting in action, please come back in 00:07:00", 7),
        ("450 4.2.0 Greylisted, try again in 300 seconds", 5),
        ("451 Temporary failure, please try again later.", 26),
        ("450 4.2.0 Greylisted for 900 min", 240),
    ],
)
def test_the_delay_of_a_greylisting_reply_is_parsed(answer: str, minutes: int) -> None:
    wait = hinted_wait(answer)
    assert wait is not None
    assert timedelta(0) <= wait - timedelta(minutes=minutes) <= timedelta(seconds=10)


def test_a_reply_without_a_delay_has_none() -> None:
    assert hinted_wait("450 4.2.0 Greylisted, see http://postgrey.schweikert.ch/help/") is None


def test_an_explicit_verdict_precedes_the_text() -> None:
    answer = "406 You tried to send to a recipient that has been marked as inactive"
    assert Refused(response=answer, verdict=Verdict.RECIPIENT).about is Verdict.RECIPIENT
    assert Deferred(response="451 4.3.0 not now").about is Verdict.UNCLEAR


def test_pace_policy_and_configuration_refuse_the_sender() -> None:
    assert {"pace", "policy", "configuration"} == REFUSES_US
