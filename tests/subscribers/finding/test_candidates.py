"""Candidates are gone through from the newest down, in ranges that miss nobody."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from subscribers.finding.bits import bits_of
from subscribers.finding.candidates import FIRST_STEP, LONGEST, Candidates, in_steps, size_of

# Single people far apart, neighbours, and long rows of people.
NUMBERS = st.lists(
    st.tuples(st.integers(1, 200_000), st.sampled_from([1, 2, 9, 1_000, 40_000])), max_size=20
).map(lambda runs: {number for first, count in runs for number in range(first, first + count)})


@given(numbers=NUMBERS)
def test_everybody_comes_once_and_the_newest_first(numbers: set[int]) -> None:
    assert list(Candidates(bits_of(numbers))) == sorted(numbers, reverse=True)


@given(numbers=NUMBERS)
def test_ranges_are_no_longer_than_a_database_is_told(numbers: set[int]) -> None:
    ranges = list(Candidates(bits_of(numbers)).ranges())
    assert all(0 < size_of(part) <= LONGEST for part in ranges)
    assert all(first > last for (first, _), (_, last) in pairwise(ranges))


@given(numbers=NUMBERS)
def test_steps_bring_all_ranges_and_grow(numbers: set[int]) -> None:
    ranges = list(Candidates(bits_of(numbers)).ranges())
    steps = list(in_steps(ranges))
    assert [part for step in steps for part in step] == ranges
    sizes = [sum(map(size_of, step)) for step in steps]
    assert all(size >= FIRST_STEP for size in sizes[:-1])
    assert all(size < FIRST_STEP * 2**at + LONGEST for at, size in enumerate(sizes))


@given(numbers=NUMBERS, number=st.integers(0, 250_000))
def test_whoever_is_below_a_number_is_known(numbers: set[int], number: int) -> None:
    candidates = Candidates(bits_of(numbers))
    assert list(candidates.below(number)) == sorted({n for n in numbers if n < number})[::-1]
    assert (number in candidates) == (number in numbers)
