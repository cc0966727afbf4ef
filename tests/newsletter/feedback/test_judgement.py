"""When a bounce suppresses: at once, when it persists, or never."""

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.feedback.judgement import BounceLimits, counted_kinds, suppresses
from newsletter.transports.events import EventKind

BEGUN = datetime(2026, 11, 1, tzinfo=UTC)
LONG = [BEGUN + timedelta(days=3 * number) for number in range(5)]
SIGNED = BounceLimits(needs_proof=True)


@pytest.mark.parametrize(
    ("patience", "is_proven", "at_once"),
    [(BounceLimits(), False, True), (SIGNED, True, True), (SIGNED, False, False)],
    ids=["no signed senders", "proven", "unproven"],
)
def test_with_signed_senders_only_a_proven_hard_bounce_suppresses_at_once(
    patience: BounceLimits, is_proven: bool, at_once: bool
) -> None:
    assert suppresses(EventKind.HARD, LONG[:1], patience, is_proven=is_proven) is at_once


def test_unproven_hard_bounces_suppress_when_they_persist() -> None:
    assert EventKind.HARD in counted_kinds(EventKind.HARD, SIGNED, is_proven=False)
    assert suppresses(EventKind.HARD, LONG, SIGNED, is_proven=False)


def test_an_unproven_complaint_suppresses_at_once() -> None:
    assert suppresses(EventKind.COMPLAINT, [], SIGNED, is_proven=False)
