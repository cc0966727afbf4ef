"""So many times an hour for each, and no more than that is remembered of anybody."""

from datetime import timedelta

from newsletter.clock import FixedClock
from newsletter.web.pace import Pace


def test_each_may_do_it_so_often_within_any_sixty_minutes(clock: FixedClock) -> None:
    pace = Pace(2, clock)
    assert pace.is_allowed("ann")
    clock.at += timedelta(minutes=40)
    assert pace.is_allowed("ann")
    assert not pace.is_allowed("ann")
    assert pace.is_allowed("ben")
    clock.at += timedelta(minutes=20)
    assert pace.is_allowed("ann")
    assert not pace.is_allowed("ann")


def test_who_was_refused_has_not_to_wait_longer_for_that(clock: FixedClock) -> None:
    pace = Pace(1, clock)
    pace.is_allowed("ann")
    clock.at += timedelta(minutes=59)
    assert not pace.is_allowed("ann")
    clock.at += timedelta(minutes=1)
    assert pace.is_allowed("ann")
