"""Bulletins: undo window and audience."""

from datetime import timedelta

import pytest
from sent_editions import ANN, BEN, CAT, make_bulletin, recipients
from support import RecordingTransport

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.editions.models import EditionState
from newsletter.errors import Conflict


def test_a_bulletin_is_sent_after_its_undo_window(
    app: Newsletter, transport: RecordingTransport, clock: FixedClock
) -> None:
    make_bulletin(app)
    app.engine.send_due()
    assert transport.taken == []
    clock.at += timedelta(minutes=5)
    app.engine.send_due()
    assert recipients(transport) == [ANN, BEN, CAT]


def test_a_bulletin_to_topics_reaches_subscribers_of_these_or_all_topics(
    app: Newsletter, transport: RecordingTransport, clock: FixedClock
) -> None:
    make_bulletin(app, topics=("events",))
    clock.at += timedelta(minutes=5)
    app.engine.send_due()
    assert recipients(transport) == [ANN, CAT]


def test_repeating_a_bulletin_within_a_day_needs_confirmation(
    app: Newsletter, clock: FixedClock
) -> None:
    make_bulletin(app)
    clock.at += timedelta(hours=1)
    with pytest.raises(Conflict, match="is the same bulletin"):
        make_bulletin(app)
    assert make_bulletin(app, again=True).state is EditionState.QUEUED
