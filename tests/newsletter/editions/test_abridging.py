"""How a digest is shortened: step by step, and never without a story."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from newsletter.editions.abridging import Plan, plans

counts = st.integers(1, 200)


@given(counts, counts)
def test_the_first_plan_tells_everything(count: int, stories: int) -> None:
    full = next(plans(count, stories))
    assert full == Plan(stories=stories, shown=count)
    assert full.difference(full, count) == ""


@given(counts, counts)
def test_each_plan_tells_no_more_than_the_one_before(count: int, stories: int) -> None:
    found = list(plans(count, stories))
    for before, after in itertools.pairwise(found):
        assert after.stories <= before.stories
        assert after.shown <= before.shown
        assert after != before


@given(counts, counts)
def test_the_last_plan_still_tells_one_story(count: int, stories: int) -> None:
    *_, last = plans(count, stories)
    assert (last.stories, last.shown) == (1, 1)


def test_what_was_left_out_is_said_in_words() -> None:
    full = Plan(stories=8, shown=40)
    short = Plan(stories=4, shown=30, excerpt_characters=140)
    assert short.difference(full, 40) == (
        "the excerpts were shortened, 4 stories stand as titles alone and 10 more are left to the "
        "web"
    )
