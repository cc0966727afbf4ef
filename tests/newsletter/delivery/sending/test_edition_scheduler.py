"""Order and preemption of several due editions in one process."""

import pytest

from newsletter.delivery.sending.edition_scheduler import (
    TIME_SLICE_SECONDS,
    DueEdition,
    EditionScheduler,
    TimeSlice,
)


class Site:
    """Due editions, and a fake monotonic clock."""

    def __init__(self, *due: DueEdition) -> None:
        self.due = list(due)
        self.seconds = 0.0
        self.looks = 0
        self.turns = EditionScheduler(self._look, lambda: self.seconds)

    def _look(self) -> list[DueEdition]:
        self.looks += 1
        return list(self.due)

    def next(self) -> TimeSlice:
        turn = self.turns.next()
        assert turn is not None
        return turn


def digest(number: int, *, has_mail: bool = True) -> DueEdition:
    return DueEdition(number=number, is_urgent=False, has_mail=has_mail)


def bulletin(number: int, *, has_mail: bool = True) -> DueEdition:
    return DueEdition(number=number, is_urgent=True, has_mail=has_mail)


def test_a_bulletin_precedes_digests_due_earlier() -> None:
    assert Site(digest(1), digest(2), bulletin(3)).next().number == 3


def test_every_blocked_edition_runs_once() -> None:
    site, order = Site(digest(1), digest(2), bulletin(3)), []
    while (turn := site.turns.next()) is not None:
        order.append(turn.number)
        turn.end()
    assert order == [3, 1, 2]


@pytest.mark.parametrize(
    ("mine", "other", "should_yield"),
    [
        (digest(1), bulletin(2), True),
        (digest(1), digest(2), True),
        (bulletin(1), bulletin(2), True),
        (bulletin(1), digest(2), False),
        (digest(1), bulletin(2, has_mail=False), False),
        (digest(1), digest(2, has_mail=False), False),
    ],
    ids=[
        "a digest to a bulletin",
        "a digest to a digest",
        "a bulletin to a bulletin",
        "a bulletin to no digest",
        "a digest to no bulletin that has nothing to send",
        "a digest to no digest that has nothing to send",
    ],
)
def test_a_newly_due_edition_preempts_its_equals(
    mine: DueEdition, other: DueEdition, should_yield: bool
) -> None:
    site = Site(mine)
    turn = site.next()
    site.due.append(other)
    site.seconds += 1
    assert turn.is_over() is should_yield


def test_editions_due_together_use_whole_time_slices() -> None:
    site = Site(digest(1), digest(2))
    first = site.next()
    site.seconds += TIME_SLICE_SECONDS - 1
    assert not first.is_over()
    site.seconds += 1
    assert first.is_over()
    first.end()
    assert site.next().number == 2


def test_a_single_edition_is_never_preempted() -> None:
    site = Site(digest(1))
    turn = site.next()
    site.seconds += 10 * TIME_SLICE_SECONDS
    assert not turn.is_over()


def test_a_resumed_edition_runs_next() -> None:
    site = Site(digest(1), digest(2))
    site.next().end()
    second = site.next()
    del site.due[0]
    site.seconds += 1
    assert not second.is_over()
    site.due.insert(0, digest(1))
    site.seconds += 1
    assert second.is_over()
    second.end()
    assert site.next().number == 1


def test_a_blocked_bulletin_does_not_preempt() -> None:
    site = Site(bulletin(1), digest(2))
    site.next().end()
    turn = site.next()
    site.seconds += TIME_SLICE_SECONDS - 1
    assert not turn.is_over()
    site.seconds += 1
    assert turn.is_over()


def test_many_threads_poll_once_a_second() -> None:
    site = Site(digest(1))
    turn = site.next()
    before = site.looks
    site.seconds += 1
    for _ in range(50):
        turn.is_over()
    assert site.looks == before + 1


def test_a_shard_of_a_digest_is_preempted_by_a_bulletin() -> None:
    site = Site(digest(1), bulletin(2))
    assert site.turns.of(1) is None
    assert site.turns.of(2) is not None
    site.turns.rest(2)
    assert site.turns.of(1) is not None


def test_a_shard_of_an_edition_that_is_not_due_gets_no_time_slice() -> None:
    assert Site(digest(1, has_mail=False)).turns.of(1) is None
    assert Site(digest(1)).turns.of(2) is None
